-- Where the links of documents lead, as their import found it: what is shown of a link needs no knowledge of how other programs write them. Rows of before have
-- the path for the target: they serve what links to a document, and its next import writes them again.
ALTER TABLE document_link RENAME TO document_link_by_path_alone;

CREATE TABLE document_link (
    document_id BIGINT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    is_wiki     BOOLEAN NOT NULL,
    target      TEXT NOT NULL, -- as the text has it
    path        TEXT NOT NULL, -- of a file below the source of the document, or /docs/ID
    PRIMARY KEY (document_id, is_wiki, target)
);

INSERT INTO document_link (document_id, is_wiki, target, path) SELECT document_id, FALSE, path, path FROM document_link_by_path_alone;
DROP TABLE document_link_by_path_alone;
CREATE INDEX document_link_by_path ON document_link (path, document_id);

-- Addresses that a document had elsewhere, as paths of files below its source: links that have them lead to it.
CREATE TABLE document_alias (
    document_id BIGINT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    path        TEXT NOT NULL,
    PRIMARY KEY (document_id, path)
);

CREATE INDEX document_alias_by_path ON document_alias (path, document_id);

-- By which names links from other documents find a place in a document, where the id of the place does not follow from the name. A document whose names are
-- not here yet was rendered before; its links lead to what follows from the name.
CREATE TABLE document_anchor (
    document_id BIGINT NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    name        TEXT NOT NULL,
    anchor      TEXT NOT NULL,
    PRIMARY KEY (document_id, name)
);
