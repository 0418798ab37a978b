-- Lists are sorted by when documents changed, when they were made, and by title, both ways: whatever lets somebody in (all documents, public ones,
-- an owner, a group, a folder) is read from an index in each of these orders (`crates/store/src/list.rs`).

-- What titles are sorted by (`domain::text::sort_key`). '': written by an earlier version. Here for ASCII; what has other letters is gone through
-- when the database is opened (`crates/store/src/normalise.rs`).
ALTER TABLE document ADD COLUMN title_key TEXT NOT NULL DEFAULT '';
UPDATE document SET title_key = lower(substr(title, 1, 200)) WHERE title NOT GLOB '*[^ -~]*';
CREATE INDEX document_without_title_key ON document (id) WHERE title_key = '';

-- The id once more: SQLite begins in the middle of an index only by columns that are no row id.
ALTER TABLE document ADD COLUMN number INTEGER GENERATED ALWAYS AS (id) VIRTUAL;

DROP INDEX document_by_owner;
DROP INDEX document_public;
CREATE INDEX document_by_updated ON document (updated_at, number) WHERE trashed_at IS NULL;
CREATE INDEX document_by_created ON document (created_at, number) WHERE trashed_at IS NULL;
CREATE INDEX document_by_title ON document (title_key, number) WHERE trashed_at IS NULL;
CREATE INDEX document_public_by_updated ON document (updated_at, number) WHERE is_private = 0 AND trashed_at IS NULL;
CREATE INDEX document_public_by_created ON document (created_at, number) WHERE is_private = 0 AND trashed_at IS NULL;
CREATE INDEX document_public_by_title ON document (title_key, number) WHERE is_private = 0 AND trashed_at IS NULL;
CREATE INDEX document_by_owner_and_updated ON document (owner_id, updated_at, number) WHERE trashed_at IS NULL;
CREATE INDEX document_by_owner_and_created ON document (owner_id, created_at, number) WHERE trashed_at IS NULL;
CREATE INDEX document_by_owner_and_title ON document (owner_id, title_key, number) WHERE trashed_at IS NULL;
CREATE INDEX document_by_folder_and_updated ON document (folder, updated_at, number) WHERE trashed_at IS NULL;
CREATE INDEX document_by_folder_and_created ON document (folder, created_at, number) WHERE trashed_at IS NULL;
CREATE INDEX document_by_folder_and_title ON document (folder, title_key, number) WHERE trashed_at IS NULL;

-- What sorts a document, repeated beside each of its groups: NULL while it is in the trash. Stored by document, which a row of a list reads all
-- groups of.
CREATE TABLE document_group_new (
    document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    group_id    TEXT    NOT NULL CHECK (group_id <> ''),
    group_key   TEXT    NOT NULL DEFAULT '', -- '': written by an earlier version
    updated_at  INTEGER,
    created_at  INTEGER,
    title_key   TEXT,
    PRIMARY KEY (document_id, group_id)
) STRICT, WITHOUT ROWID;
INSERT INTO document_group_new (document_id, group_id, group_key, updated_at, created_at, title_key)
    SELECT g.document_id, g.group_id, g.group_key, d.updated_at, d.created_at, d.title_key
    FROM document_group g LEFT JOIN document d ON d.id = g.document_id AND d.trashed_at IS NULL
    ORDER BY g.document_id, g.group_id;
DROP TABLE document_group;
ALTER TABLE document_group_new RENAME TO document_group;

CREATE INDEX document_group_without_key ON document_group (document_id) WHERE group_key = '';
CREATE INDEX document_group_by_id_and_updated ON document_group (group_id, updated_at, document_id);
CREATE INDEX document_group_by_id_and_created ON document_group (group_id, created_at, document_id);
CREATE INDEX document_group_by_id_and_title ON document_group (group_id, title_key, document_id);
CREATE INDEX document_group_by_key_and_updated ON document_group (group_key, updated_at, document_id);
CREATE INDEX document_group_by_key_and_created ON document_group (group_key, created_at, document_id);
CREATE INDEX document_group_by_key_and_title ON document_group (group_key, title_key, document_id);

CREATE TRIGGER document_group_sorted AFTER INSERT ON document_group WHEN NEW.updated_at IS NULL BEGIN
    UPDATE document_group SET (updated_at, created_at, title_key) =
            (SELECT d.updated_at, d.created_at, d.title_key FROM document d WHERE d.id = NEW.document_id AND d.trashed_at IS NULL)
        WHERE document_id = NEW.document_id AND group_id = NEW.group_id;
END;

CREATE TRIGGER document_sorted AFTER UPDATE OF updated_at, created_at, title_key, trashed_at ON document
WHEN OLD.updated_at <> NEW.updated_at OR OLD.created_at <> NEW.created_at OR OLD.title_key <> NEW.title_key
    OR (OLD.trashed_at IS NULL) <> (NEW.trashed_at IS NULL) BEGIN
    UPDATE document_group SET
            updated_at = CASE WHEN NEW.trashed_at IS NULL THEN NEW.updated_at END,
            created_at = CASE WHEN NEW.trashed_at IS NULL THEN NEW.created_at END,
            title_key = CASE WHEN NEW.trashed_at IS NULL THEN NEW.title_key END
        WHERE document_id = NEW.id;
END;

-- The change feed, as before (0007), but that what is repeated changes nothing more.
CREATE TRIGGER document_change_group_inserted AFTER INSERT ON document_group BEGIN
    DELETE FROM document_change WHERE document_id = NEW.document_id;
    INSERT INTO document_change (document_id) VALUES (NEW.document_id);
END;

CREATE TRIGGER document_change_group_updated AFTER UPDATE OF group_id, group_key, document_id ON document_group BEGIN
    DELETE FROM document_change WHERE document_id IN (OLD.document_id, NEW.document_id);
    INSERT INTO document_change (document_id) SELECT OLD.document_id UNION SELECT NEW.document_id;
END;

CREATE TRIGGER document_change_group_deleted AFTER DELETE ON document_group BEGIN
    DELETE FROM document_change WHERE document_id = OLD.document_id;
    INSERT INTO document_change (document_id) VALUES (OLD.document_id);
END;
