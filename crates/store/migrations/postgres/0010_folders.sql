-- Folders with their parents, and what leads from a person to the folders they may look into.
--
-- A folder is here as long as a document outside the trash lies in it or below it; the top, with the empty path, always is. Paths are compared
-- byte by byte: what is below `a` begins with `a/` and comes before `a0`.
CREATE TABLE folder (
    id        BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    parent_id BIGINT           REFERENCES folder (id), -- NULL at the top alone
    path      TEXT COLLATE "C" NOT NULL UNIQUE,
    name      TEXT COLLATE "C" NOT NULL                -- the last part of the path
);

CREATE INDEX folder_by_parent ON folder (parent_id);

-- What stands before the last `/` of a path.
CREATE FUNCTION folder_parent(path text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE WHEN strpos(path, '/') = 0 THEN '' ELSE substr(path, 1, length(path) - strpos(reverse(path), '/')) END
$$;

-- Makes the folder and those above it that are missing, the highest first.
CREATE FUNCTION folder_add(wanted text) RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
    found bigint;
    above bigint;
BEGIN
    SELECT id INTO found FROM folder WHERE path = wanted COLLATE "C";
    IF found IS NULL THEN
        IF wanted <> '' THEN
            above := folder_add(folder_parent(wanted));
        END IF;
        INSERT INTO folder (parent_id, path, name)
            VALUES (above, wanted, CASE WHEN strpos(wanted, '/') = 0 THEN wanted ELSE substr(wanted, length(folder_parent(wanted)) + 2) END)
            RETURNING id INTO found;
    END IF;
    RETURN found;
END
$$;

-- Drops the folder, and those above it, as far as no document is left in them.
CREATE FUNCTION folder_drop(left_behind text) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    here text := left_behind;
BEGIN
    WHILE here <> '' LOOP
        IF EXISTS (SELECT 1 FROM document d WHERE d.trashed_at IS NULL AND d.folder = here COLLATE "C")
            OR EXISTS (SELECT 1 FROM document d WHERE d.trashed_at IS NULL AND d.folder >= (here || '/') COLLATE "C" AND d.folder < (here || '0') COLLATE "C")
        THEN
            RETURN;
        END IF;
        -- With what is below: several documents may have left at once.
        DELETE FROM folder
            WHERE path = here COLLATE "C" OR path >= (here || '/') COLLATE "C" AND path < (here || '0') COLLATE "C";
        here := folder_parent(here);
    END LOOP;
END
$$;

SELECT folder_add('');
SELECT count(folder_add(d.folder)) FROM (SELECT DISTINCT folder FROM document WHERE trashed_at IS NULL) AS d;

-- Where a document stands among those of its folder, in thousandths, as its file or a `SUMMARY.md` says; behind all others if neither does.
ALTER TABLE document ADD COLUMN position BIGINT NOT NULL DEFAULT 9223372036854775807;

-- From these, folders are found without reading documents; the first one has the documents of a folder in the order of reading.
CREATE INDEX document_in_reading_order ON document (folder, position, title_key, id) WHERE trashed_at IS NULL;
CREATE INDEX document_public_by_folder ON document (folder) WHERE trashed_at IS NULL AND NOT is_private;
CREATE INDEX document_by_owner_and_folder ON document (owner_id, folder) WHERE trashed_at IS NULL;

-- The document's folder, repeated; NULL in the trash.
ALTER TABLE document_group ADD COLUMN folder TEXT COLLATE "C";
UPDATE document_group g SET folder = d.folder FROM document d WHERE d.id = g.document_id AND d.trashed_at IS NULL;
CREATE INDEX document_group_by_folder ON document_group (group_id, folder, document_id) WHERE folder IS NOT NULL;
CREATE INDEX document_group_by_key_and_folder ON document_group (group_key, folder, document_id) WHERE folder IS NOT NULL;

CREATE FUNCTION document_group_folder() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.folder := (SELECT d.folder FROM document d WHERE d.id = NEW.document_id AND d.trashed_at IS NULL);
    RETURN NEW;
END
$$;
CREATE TRIGGER document_group_folder BEFORE INSERT ON document_group
    FOR EACH ROW EXECUTE FUNCTION document_group_folder();

-- Folders come with the first document in them or below, and go with the last one. Those who change documents take turns by then
-- (`document_change_begin`), so that no folder is dropped while somebody fills it.
CREATE FUNCTION folder_of_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'DELETE' AND NEW.trashed_at IS NULL THEN
        PERFORM folder_add(NEW.folder);
    END IF;
    IF TG_OP = 'UPDATE' THEN
        UPDATE document_group SET folder = CASE WHEN NEW.trashed_at IS NULL THEN NEW.folder END WHERE document_id = NEW.id;
    END IF;
    IF TG_OP <> 'INSERT' AND OLD.trashed_at IS NULL THEN
        PERFORM folder_drop(OLD.folder);
    END IF;
    RETURN NULL;
END
$$;
CREATE TRIGGER folder_inserted AFTER INSERT ON document FOR EACH ROW EXECUTE FUNCTION folder_of_document();
CREATE TRIGGER folder_changed AFTER UPDATE OF folder, trashed_at ON document FOR EACH ROW
    WHEN (NEW.folder <> OLD.folder OR (NEW.trashed_at IS NULL) <> (OLD.trashed_at IS NULL)) EXECUTE FUNCTION folder_of_document();
CREATE TRIGGER folder_deleted AFTER DELETE ON document FOR EACH ROW EXECUTE FUNCTION folder_of_document();
