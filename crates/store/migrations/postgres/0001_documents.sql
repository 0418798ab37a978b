-- People, documents and the groups documents belong to: the tables of `migrations/sqlite`, in PostgreSQL's words.
-- Every column a rule can read is NOT NULL and compared byte by byte, as the policy engine does; so are those that are
-- only looked for, so that order and matches are the same in both databases.

CREATE TABLE person (
    id      TEXT COLLATE "C" PRIMARY KEY, -- issuer|subject
    name    TEXT COLLATE "C",             -- NULL until somebody told it
    email   TEXT COLLATE "C",
    seen_at BIGINT                        -- last sign-in, seconds since 1970; NULL before the first
);

CREATE TABLE document (
    id          BIGINT           PRIMARY KEY CHECK (id > 0), -- never given twice
    title       TEXT COLLATE "C" NOT NULL CHECK (title <> ''),
    owner_id    TEXT COLLATE "C" NOT NULL REFERENCES person (id),
    is_private  BOOLEAN          NOT NULL,
    folder      TEXT COLLATE "C" NOT NULL,
    words       TEXT COLLATE "C" NOT NULL, -- title and folder in lower case, to filter by
    created_at  BIGINT           NOT NULL,
    updated_at  BIGINT           NOT NULL,
    source      TEXT COLLATE "C",          -- where an import found it; NULL if written here
    source_hash TEXT COLLATE "C",          -- of everything the import read
    rendered_by BIGINT           NOT NULL, -- version of the renderer that wrote html and headings
    headings    TEXT COLLATE "C" NOT NULL, -- JSON
    html        TEXT COLLATE "C" NOT NULL, -- sanitised
    content     TEXT COLLATE "C" NOT NULL, -- Markdown
    -- Unique, by hash: a path may be longer than the 2.7 kB an ordinary index takes.
    EXCLUDE USING hash (source WITH =)
);

CREATE INDEX document_by_owner ON document (owner_id, id);
CREATE INDEX document_public ON document (id) WHERE NOT is_private;

-- One row, which writers hold in turn: the highest number a document ever had. A sequence would not know of numbers
-- that files ask for.
CREATE TABLE document_number (last BIGINT NOT NULL);
INSERT INTO document_number (last) VALUES (0);

CREATE TABLE document_group (
    group_id    TEXT COLLATE "C" NOT NULL CHECK (group_id <> ''),
    document_id BIGINT           NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, document_id)
);

CREATE INDEX document_group_by_document ON document_group (document_id, group_id);
