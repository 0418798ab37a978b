-- Which documents changed, and in which order: what an index of their words follows. One row for each document there ever was, with the number of
-- its last change, written in the transaction of the change.
CREATE SEQUENCE document_change_sequence;
CREATE TABLE document_change (
    document_id BIGINT PRIMARY KEY,
    sequence    BIGINT NOT NULL UNIQUE
);

INSERT INTO document_change (document_id, sequence)
    SELECT d.id, nextval('document_change_sequence') FROM (SELECT id FROM document ORDER BY id) AS d;

-- Numbers of a sequence become visible in the order of commits, not in their own: who reads up to 42 would miss a 41 that is committed later.
-- So transactions that change documents take turns from their first change to their commit, which is also when listeners are woken.
-- Before any row is locked: two transactions that wait for each other's rows would be a deadlock.
CREATE FUNCTION document_change_begin() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_advisory_xact_lock(5787212263984358);
    PERFORM pg_notify('portico_change', '');
    RETURN NULL;
END
$$;

CREATE FUNCTION document_change_of_document() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO document_change (document_id, sequence)
        VALUES (COALESCE(NEW.id, OLD.id), nextval('document_change_sequence'))
        ON CONFLICT (document_id) DO UPDATE SET sequence = excluded.sequence;
    RETURN NULL;
END
$$;

CREATE FUNCTION document_change_of_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO document_change (document_id, sequence)
        VALUES (COALESCE(NEW.document_id, OLD.document_id), nextval('document_change_sequence'))
        ON CONFLICT (document_id) DO UPDATE SET sequence = excluded.sequence;
    RETURN NULL;
END
$$;

-- Not `html`, `headings` and `rendered_by`: another renderer changes no words.
CREATE TRIGGER document_change_begin
    BEFORE INSERT OR DELETE OR UPDATE OF title, owner_id, is_private, folder, content, updated_at, trashed_at ON document
    FOR EACH STATEMENT EXECUTE FUNCTION document_change_begin();
CREATE TRIGGER document_change_follow
    AFTER INSERT OR DELETE OR UPDATE OF title, owner_id, is_private, folder, content, updated_at, trashed_at ON document
    FOR EACH ROW EXECUTE FUNCTION document_change_of_document();
CREATE TRIGGER document_change_begin BEFORE INSERT OR DELETE OR UPDATE ON document_group
    FOR EACH STATEMENT EXECUTE FUNCTION document_change_begin();
CREATE TRIGGER document_change_follow AFTER INSERT OR DELETE OR UPDATE ON document_group
    FOR EACH ROW EXECUTE FUNCTION document_change_of_group();

-- Tells this database from every other one: what was made from another is not used with it.
CREATE TABLE database_identity (id TEXT COLLATE "C" PRIMARY KEY);
INSERT INTO database_identity (id) VALUES (replace(gen_random_uuid()::text, '-', ''));
