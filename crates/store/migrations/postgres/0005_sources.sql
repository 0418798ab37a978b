-- Where an import found a document: the source (a repository, a named source or a folder) and the path below it. Documents of older versions
-- have neither until an import meets their files again; `source` stays what is unique: both of them, or an older version's whole path.

ALTER TABLE document ADD COLUMN source_name TEXT COLLATE "C";
ALTER TABLE document ADD COLUMN source_path TEXT COLLATE "C";
-- Seconds since 1970: read by nobody since then, because its file is gone, refused or not finished. Number and text stay.
ALTER TABLE document ADD COLUMN trashed_at BIGINT;

-- By hash: a folder's path may be longer than what an ordinary index takes.
CREATE INDEX document_by_source ON document USING hash (source_name);
