-- Whoever writes a group with the folder of its document (as imports do) has it looked up once; the trigger is for those who do not.
DROP TRIGGER document_group_folder ON document_group;
CREATE TRIGGER document_group_folder BEFORE INSERT ON document_group
    FOR EACH ROW WHEN (NEW.folder IS NULL) EXECUTE FUNCTION document_group_folder();
