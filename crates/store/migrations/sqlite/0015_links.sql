-- Which files of its source a document links to, as its import found them: for what links to a document. Where a link leads when it is followed is looked
-- up when its document is shown.
CREATE TABLE document_link (
    document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    path        TEXT    NOT NULL, -- below the source of the document
    PRIMARY KEY (document_id, path)
) STRICT, WITHOUT ROWID;

CREATE INDEX document_link_by_path ON document_link (path, document_id);
