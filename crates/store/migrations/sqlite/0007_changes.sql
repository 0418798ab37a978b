-- Which documents changed, and in which order: what an index of their words follows. One row for each document there ever was, with the number of
-- its last change, written in the transaction of the change. SQLite has one writer at a time, so numbers become visible in their order.
CREATE TABLE document_change (
    sequence    INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, -- never given twice
    document_id INTEGER NOT NULL UNIQUE
) STRICT;

INSERT INTO document_change (document_id) SELECT id FROM document ORDER BY id;

-- Deleted and inserted, as `INSERT OR REPLACE` in a trigger would take over how the outer statement handles conflicts.
CREATE TRIGGER document_change_inserted AFTER INSERT ON document BEGIN
    DELETE FROM document_change WHERE document_id = NEW.id;
    INSERT INTO document_change (document_id) VALUES (NEW.id);
END;

-- Not `html`, `headings` and `rendered_by`: another renderer changes no words.
CREATE TRIGGER document_change_updated
AFTER UPDATE OF title, owner_id, is_private, folder, content, updated_at, trashed_at ON document BEGIN
    DELETE FROM document_change WHERE document_id = NEW.id;
    INSERT INTO document_change (document_id) VALUES (NEW.id);
END;

CREATE TRIGGER document_change_deleted AFTER DELETE ON document BEGIN
    DELETE FROM document_change WHERE document_id = OLD.id;
    INSERT INTO document_change (document_id) VALUES (OLD.id);
END;

CREATE TRIGGER document_change_group_inserted AFTER INSERT ON document_group BEGIN
    DELETE FROM document_change WHERE document_id = NEW.document_id;
    INSERT INTO document_change (document_id) VALUES (NEW.document_id);
END;

CREATE TRIGGER document_change_group_updated AFTER UPDATE ON document_group BEGIN
    DELETE FROM document_change WHERE document_id IN (OLD.document_id, NEW.document_id);
    INSERT INTO document_change (document_id) SELECT OLD.document_id UNION SELECT NEW.document_id;
END;

CREATE TRIGGER document_change_group_deleted AFTER DELETE ON document_group BEGIN
    DELETE FROM document_change WHERE document_id = OLD.document_id;
    INSERT INTO document_change (document_id) VALUES (OLD.document_id);
END;

-- Tells this database from every other one: what was made from another is not used with it.
CREATE TABLE database_identity (id TEXT NOT NULL PRIMARY KEY) STRICT, WITHOUT ROWID;
INSERT INTO database_identity (id) VALUES (lower(hex(randomblob(16))));
