-- Where an import found a document: the source (a repository, a named source or a folder) and the path below it. Documents of older versions
-- have neither until an import meets their files again; `source` stays what is unique: both of them, or an older version's whole path.

ALTER TABLE document ADD COLUMN source_name TEXT;
ALTER TABLE document ADD COLUMN source_path TEXT;
-- Seconds since 1970: read by nobody since then, because its file is gone, refused or not finished. Number and text stay.
ALTER TABLE document ADD COLUMN trashed_at INTEGER;

-- Holds everything that looking for files that are gone needs: the columns themselves stand behind the text.
CREATE INDEX document_by_source ON document (source_name, source_path, trashed_at);
