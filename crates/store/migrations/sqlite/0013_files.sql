-- Pictures and other files that came along with documents. The same content is stored once, however many documents hold it.
CREATE TABLE file (
    hash       TEXT    NOT NULL PRIMARY KEY,  -- SHA-256 of the content, in hexadecimal digits
    size       INTEGER NOT NULL,              -- in bytes
    media_type TEXT    NOT NULL,              -- as its content shows, `application/octet-stream` for what is not known
    stored_at  INTEGER NOT NULL               -- seconds since 1970, renewed when an import meets it: what is new is not swept
) STRICT, WITHOUT ROWID;

-- The content, where the database is what stores files; part `n` begins at `n` MiB.
CREATE TABLE file_part (
    hash   TEXT    NOT NULL REFERENCES file (hash) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    bytes  BLOB    NOT NULL,
    PRIMARY KEY (hash, number)
) STRICT;

-- Which file a document means by what. Two targets may be one file; a name is one file.
CREATE TABLE document_file (
    document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    is_wiki     INTEGER NOT NULL CHECK (is_wiki IN (0, 1)), -- `[[name]]`, looked for by name
    target      TEXT    NOT NULL,             -- as the text has it
    name        TEXT    NOT NULL,             -- in `/docs/{id}/files/{name}`
    hash        TEXT    NOT NULL REFERENCES file (hash),
    width       INTEGER,                      -- in pixels, of pictures
    height      INTEGER,
    PRIMARY KEY (document_id, is_wiki, target)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_file_by_name ON document_file (document_id, name);
CREATE INDEX document_file_by_hash ON document_file (hash);
