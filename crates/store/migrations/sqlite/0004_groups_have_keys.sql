-- What groups are compared by where names count: case-folded, in NFC. Texts come in NFC from now on.
-- Here for ASCII; what has other letters is gone through when the database is opened (`server/src/store/normalising.rs`).

ALTER TABLE document_group ADD COLUMN group_key TEXT NOT NULL DEFAULT ''; -- '': written by an earlier version
UPDATE document_group SET group_key = lower(group_id) WHERE group_id NOT GLOB '*[^ -~]*';

DROP INDEX document_group_by_document;
CREATE INDEX document_group_by_document ON document_group (document_id, group_id, group_key);
CREATE INDEX document_group_without_key ON document_group (document_id) WHERE group_key = '';

-- Documents whose texts are of an earlier version.
CREATE TABLE document_to_normalise (document_id INTEGER NOT NULL PRIMARY KEY) STRICT;
INSERT INTO document_to_normalise SELECT id FROM document WHERE title GLOB '*[^ -~]*' OR folder GLOB '*[^ -~]*'
    UNION SELECT document_id FROM document_group WHERE group_key = '';
