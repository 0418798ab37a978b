-- Pictures and other files that came along with documents. The same content is stored once, however many documents hold it.
CREATE TABLE file (
    hash       TEXT COLLATE "C" NOT NULL PRIMARY KEY, -- SHA-256 of the content, in hexadecimal digits
    size       BIGINT           NOT NULL,             -- in bytes
    media_type TEXT COLLATE "C" NOT NULL,             -- as its content shows, `application/octet-stream` for what is not known
    stored_at  BIGINT           NOT NULL              -- seconds since 1970, renewed when an import meets it: what is new is not swept
);

-- The content, where the database is what stores files; part `n` begins at `n` MiB.
CREATE TABLE file_part (
    hash   TEXT COLLATE "C" NOT NULL REFERENCES file (hash) ON DELETE CASCADE,
    number BIGINT           NOT NULL,
    bytes  BYTEA            NOT NULL,
    PRIMARY KEY (hash, number)
);

-- Pictures are compressed already.
ALTER TABLE file_part ALTER COLUMN bytes SET STORAGE EXTERNAL;

-- Which file a document means by what. Two targets may be one file; a name is one file.
CREATE TABLE document_file (
    document_id BIGINT           NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    is_wiki     BOOLEAN          NOT NULL,            -- `[[name]]`, looked for by name
    target      TEXT COLLATE "C" NOT NULL,            -- as the text has it
    name        TEXT COLLATE "C" NOT NULL,            -- in `/docs/{id}/files/{name}`
    hash        TEXT COLLATE "C" NOT NULL REFERENCES file (hash),
    width       BIGINT,                               -- in pixels, of pictures
    height      BIGINT,
    PRIMARY KEY (document_id, is_wiki, target)
);

CREATE INDEX document_file_by_name ON document_file (document_id, name);
CREATE INDEX document_file_by_hash ON document_file (hash);
