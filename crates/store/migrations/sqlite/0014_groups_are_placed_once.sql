-- Whoever writes a group with the folder of its document (as imports do) has it written once; the trigger is for those who do not.
DROP TRIGGER document_group_folder_inserted;
CREATE TRIGGER document_group_folder_inserted AFTER INSERT ON document_group WHEN NEW.folder IS NULL BEGIN
    UPDATE document_group SET folder = (SELECT d.folder FROM document d WHERE d.id = NEW.document_id AND d.trashed_at IS NULL)
        WHERE group_id = NEW.group_id AND document_id = NEW.document_id;
END;
