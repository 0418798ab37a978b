-- Folders with their parents, and what leads from a person to the folders they may look into.
--
-- A folder is here as long as a document outside the trash lies in it or below it; the top, with the empty path, always is. Paths are compared
-- byte by byte: what is below `a` begins with `a/` and comes before `a0`.
CREATE TABLE folder (
    id        INTEGER NOT NULL PRIMARY KEY,
    parent_id INTEGER REFERENCES folder (id), -- NULL at the top alone
    path      TEXT    NOT NULL UNIQUE,
    name      TEXT    NOT NULL                -- the last part of the path
) STRICT;

CREATE INDEX folder_by_parent ON folder (parent_id);

-- The parent of a path is what stands before its last `/`.
INSERT INTO folder (path, name) VALUES ('', '');
INSERT INTO folder (path, name)
    WITH RECURSIVE up (path) AS (
        SELECT DISTINCT folder FROM document WHERE trashed_at IS NULL
        UNION
        SELECT substr(path, 1, length(rtrim(path, replace(path, '/', ''))) - 1) FROM up WHERE path <> ''
    )
    SELECT path, substr(path, length(rtrim(path, replace(path, '/', ''))) + 1) FROM up WHERE path <> '';
UPDATE folder SET parent_id =
    (SELECT p.id FROM folder p WHERE p.path = substr(folder.path, 1, length(rtrim(folder.path, replace(folder.path, '/', ''))) - 1))
    WHERE path <> '';

-- Where a document stands among those of its folder, in thousandths, as its file or a `SUMMARY.md` says; behind all others if neither does.
ALTER TABLE document ADD COLUMN position INTEGER NOT NULL DEFAULT 9223372036854775807;

-- From these, folders are found without reading documents; the first one has the documents of a folder in the order of reading.
CREATE INDEX document_in_reading_order ON document (folder, position, title_key, number) WHERE trashed_at IS NULL;
CREATE INDEX document_public_by_folder ON document (folder) WHERE trashed_at IS NULL AND is_private = 0;
CREATE INDEX document_by_owner_and_folder ON document (owner_id, folder) WHERE trashed_at IS NULL;

-- The document's folder, repeated; NULL in the trash.
ALTER TABLE document_group ADD COLUMN folder TEXT;
UPDATE document_group SET folder = (SELECT d.folder FROM document d WHERE d.id = document_group.document_id AND d.trashed_at IS NULL);
CREATE INDEX document_group_by_folder ON document_group (group_id, folder, document_id) WHERE folder IS NOT NULL;
CREATE INDEX document_group_by_key_and_folder ON document_group (group_key, folder, document_id) WHERE folder IS NOT NULL;

CREATE TRIGGER document_group_folder_inserted AFTER INSERT ON document_group BEGIN
    UPDATE document_group SET folder = (SELECT d.folder FROM document d WHERE d.id = NEW.document_id AND d.trashed_at IS NULL)
        WHERE group_id = NEW.group_id AND document_id = NEW.document_id;
END;

CREATE TRIGGER document_group_folder_moved AFTER UPDATE OF folder, trashed_at ON document
WHEN NEW.folder <> OLD.folder OR (NEW.trashed_at IS NULL) <> (OLD.trashed_at IS NULL) BEGIN
    UPDATE document_group SET folder = CASE WHEN NEW.trashed_at IS NULL THEN NEW.folder END WHERE document_id = NEW.id;
END;

-- Folders come with the first document in them or below, and go with the last one. A trigger cannot begin with `WITH`, but hold it inside.
CREATE TRIGGER folder_inserted AFTER INSERT ON document
WHEN NEW.trashed_at IS NULL AND NOT EXISTS (SELECT 1 FROM folder WHERE path = NEW.folder) BEGIN
    INSERT INTO folder (path, name)
        SELECT n.path, substr(n.path, length(rtrim(n.path, replace(n.path, '/', ''))) + 1) FROM (
            WITH RECURSIVE up (path) AS (
                SELECT NEW.folder
                UNION ALL
                SELECT substr(path, 1, length(rtrim(path, replace(path, '/', ''))) - 1) FROM up WHERE path <> ''
            ) SELECT path FROM up
        ) AS n WHERE NOT EXISTS (SELECT 1 FROM folder f WHERE f.path = n.path);
    UPDATE folder SET parent_id =
        (SELECT p.id FROM folder p WHERE p.path = substr(folder.path, 1, length(rtrim(folder.path, replace(folder.path, '/', ''))) - 1))
        WHERE parent_id IS NULL AND path <> '';
END;

CREATE TRIGGER folder_entered AFTER UPDATE OF folder, trashed_at ON document
WHEN NEW.trashed_at IS NULL AND NOT EXISTS (SELECT 1 FROM folder WHERE path = NEW.folder) BEGIN
    INSERT INTO folder (path, name)
        SELECT n.path, substr(n.path, length(rtrim(n.path, replace(n.path, '/', ''))) + 1) FROM (
            WITH RECURSIVE up (path) AS (
                SELECT NEW.folder
                UNION ALL
                SELECT substr(path, 1, length(rtrim(path, replace(path, '/', ''))) - 1) FROM up WHERE path <> ''
            ) SELECT path FROM up
        ) AS n WHERE NOT EXISTS (SELECT 1 FROM folder f WHERE f.path = n.path);
    UPDATE folder SET parent_id =
        (SELECT p.id FROM folder p WHERE p.path = substr(folder.path, 1, length(rtrim(folder.path, replace(folder.path, '/', ''))) - 1))
        WHERE parent_id IS NULL AND path <> '';
END;

CREATE TRIGGER folder_left AFTER UPDATE OF folder, trashed_at ON document
WHEN OLD.trashed_at IS NULL AND (NEW.folder <> OLD.folder OR NEW.trashed_at IS NOT NULL) BEGIN
    DELETE FROM folder WHERE path <> '' AND path IN (
        SELECT n.path FROM (
            WITH RECURSIVE up (path) AS (
                SELECT OLD.folder
                UNION ALL
                SELECT substr(path, 1, length(rtrim(path, replace(path, '/', ''))) - 1) FROM up WHERE path <> ''
            ) SELECT path FROM up
        ) AS n
        WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.trashed_at IS NULL AND d.folder = n.path)
            AND NOT EXISTS (SELECT 1 FROM document d WHERE d.trashed_at IS NULL AND d.folder >= n.path || '/' AND d.folder < n.path || '0')
    );
END;

CREATE TRIGGER folder_deleted AFTER DELETE ON document WHEN OLD.trashed_at IS NULL BEGIN
    DELETE FROM folder WHERE path <> '' AND path IN (
        SELECT n.path FROM (
            WITH RECURSIVE up (path) AS (
                SELECT OLD.folder
                UNION ALL
                SELECT substr(path, 1, length(rtrim(path, replace(path, '/', ''))) - 1) FROM up WHERE path <> ''
            ) SELECT path FROM up
        ) AS n
        WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.trashed_at IS NULL AND d.folder = n.path)
            AND NOT EXISTS (SELECT 1 FROM document d WHERE d.trashed_at IS NULL AND d.folder >= n.path || '/' AND d.folder < n.path || '0')
    );
END;
