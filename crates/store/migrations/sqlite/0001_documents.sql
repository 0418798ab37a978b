-- People, documents and the groups documents belong to.
-- Every column a rule can read is NOT NULL and compared byte by byte (the default collation), as the policy engine does.

CREATE TABLE person (
    id      TEXT NOT NULL PRIMARY KEY, -- issuer|subject
    name    TEXT,                      -- NULL until somebody told it
    email   TEXT,
    seen_at INTEGER                    -- last sign-in, seconds since 1970; NULL before the first
) STRICT, WITHOUT ROWID;

-- The long columns stand last: a listing reads a row's head without fetching its text.
CREATE TABLE document (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT CHECK (id > 0), -- never given twice
    title       TEXT    NOT NULL CHECK (title <> ''),
    owner_id    TEXT    NOT NULL REFERENCES person (id),
    is_private  INTEGER NOT NULL CHECK (is_private IN (0, 1)),
    folder      TEXT    NOT NULL,
    words       TEXT    NOT NULL,      -- title and folder in lower case, to filter by
    created_at  INTEGER NOT NULL,
    updated_at  INTEGER NOT NULL,
    source      TEXT    UNIQUE,        -- where an import found it; NULL if written here
    source_hash TEXT,                  -- of everything the import read
    rendered_by INTEGER NOT NULL,      -- version of the renderer that wrote html and headings
    headings    TEXT    NOT NULL,      -- JSON
    html        TEXT    NOT NULL,      -- sanitised
    content     TEXT    NOT NULL       -- Markdown
) STRICT;

CREATE INDEX document_by_owner ON document (owner_id, id);
CREATE INDEX document_public ON document (id) WHERE is_private = 0;

CREATE TABLE document_group (
    group_id    TEXT    NOT NULL CHECK (group_id <> ''),
    document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, document_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_group_by_document ON document_group (document_id, group_id);
