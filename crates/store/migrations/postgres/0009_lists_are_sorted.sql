-- Lists are sorted by when documents changed, when they were made, and by title, both ways: whatever lets somebody in (all documents, public ones,
-- an owner, a group, a folder) is read from an index in each of these orders (`crates/store/src/list.rs`).

-- What titles are sorted by (`domain::text::sort_key`). '': written by an earlier version. Here for ASCII; what has other letters is gone through
-- when the database is opened (`crates/store/src/normalise.rs`).
DROP INDEX document_by_owner;
DROP INDEX document_public;
ALTER TABLE document ADD COLUMN title_key TEXT COLLATE "C" NOT NULL DEFAULT '';
UPDATE document SET title_key = lower(left(title, 200) COLLATE "C") WHERE title !~ '[^ -~]';
CREATE INDEX document_without_title_key ON document (id) WHERE title_key = '';

CREATE INDEX document_by_updated ON document (updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX document_by_created ON document (created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX document_by_title ON document (title_key, id) WHERE trashed_at IS NULL;
CREATE INDEX document_public_by_updated ON document (updated_at, id) WHERE NOT is_private AND trashed_at IS NULL;
CREATE INDEX document_public_by_created ON document (created_at, id) WHERE NOT is_private AND trashed_at IS NULL;
CREATE INDEX document_public_by_title ON document (title_key, id) WHERE NOT is_private AND trashed_at IS NULL;
CREATE INDEX document_by_owner_and_updated ON document (owner_id, updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX document_by_owner_and_created ON document (owner_id, created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX document_by_owner_and_title ON document (owner_id, title_key, id) WHERE trashed_at IS NULL;
CREATE INDEX document_by_folder_and_updated ON document (folder, updated_at, id) WHERE trashed_at IS NULL;
CREATE INDEX document_by_folder_and_created ON document (folder, created_at, id) WHERE trashed_at IS NULL;
CREATE INDEX document_by_folder_and_title ON document (folder, title_key, id) WHERE trashed_at IS NULL;

-- The change feed, as before (0007), but that what is repeated changes nothing more.
DROP TRIGGER document_change_begin ON document_group;
DROP TRIGGER document_change_follow ON document_group;

-- What sorts a document, repeated beside each of its groups: NULL while it is in the trash.
DROP INDEX document_group_by_document;
DROP INDEX document_group_by_key;
ALTER TABLE document_group
    ADD COLUMN updated_at BIGINT,
    ADD COLUMN created_at BIGINT,
    ADD COLUMN title_key TEXT COLLATE "C",
    DROP CONSTRAINT document_group_pkey;
UPDATE document_group g SET updated_at = d.updated_at, created_at = d.created_at, title_key = d.title_key
    FROM document d WHERE d.id = g.document_id AND d.trashed_at IS NULL;
ALTER TABLE document_group ADD PRIMARY KEY (document_id, group_id) INCLUDE (group_key);

CREATE INDEX document_group_by_id_and_updated ON document_group (group_id, updated_at, document_id);
CREATE INDEX document_group_by_id_and_created ON document_group (group_id, created_at, document_id);
CREATE INDEX document_group_by_id_and_title ON document_group (group_id, title_key, document_id);
CREATE INDEX document_group_by_key_and_updated ON document_group (group_key, updated_at, document_id);
CREATE INDEX document_group_by_key_and_created ON document_group (group_key, created_at, document_id);
CREATE INDEX document_group_by_key_and_title ON document_group (group_key, title_key, document_id);

CREATE TRIGGER document_change_begin
    BEFORE INSERT OR DELETE OR UPDATE OF group_id, group_key, document_id ON document_group
    FOR EACH STATEMENT EXECUTE FUNCTION document_change_begin();
CREATE TRIGGER document_change_follow
    AFTER INSERT OR DELETE OR UPDATE OF group_id, group_key, document_id ON document_group
    FOR EACH ROW EXECUTE FUNCTION document_change_of_group();

CREATE FUNCTION document_group_sorted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT d.updated_at, d.created_at, d.title_key INTO NEW.updated_at, NEW.created_at, NEW.title_key
        FROM document d WHERE d.id = NEW.document_id AND d.trashed_at IS NULL;
    RETURN NEW;
END
$$;

CREATE TRIGGER document_group_sorted BEFORE INSERT ON document_group
    FOR EACH ROW WHEN (NEW.updated_at IS NULL) EXECUTE FUNCTION document_group_sorted();

CREATE FUNCTION document_sorted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE document_group SET
            updated_at = CASE WHEN NEW.trashed_at IS NULL THEN NEW.updated_at END,
            created_at = CASE WHEN NEW.trashed_at IS NULL THEN NEW.created_at END,
            title_key = CASE WHEN NEW.trashed_at IS NULL THEN NEW.title_key END
        WHERE document_id = NEW.id;
    RETURN NULL;
END
$$;

CREATE TRIGGER document_sorted AFTER UPDATE OF updated_at, created_at, title_key, trashed_at ON document
    FOR EACH ROW WHEN (OLD.updated_at <> NEW.updated_at OR OLD.created_at <> NEW.created_at OR OLD.title_key <> NEW.title_key
        OR (OLD.trashed_at IS NULL) <> (NEW.trashed_at IS NULL))
    EXECUTE FUNCTION document_sorted();
