-- What each person opened last, and when they were here: for their home page alone. `crates/store/src/reading.rs` bounds it.
CREATE TABLE reading (
    person_id   TEXT    NOT NULL,
    document_id INTEGER NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    opened_at   INTEGER NOT NULL,
    PRIMARY KEY (person_id, document_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX reading_by_document ON reading (document_id);

CREATE TABLE visit (
    person_id   TEXT    NOT NULL PRIMARY KEY,
    seen_at     INTEGER NOT NULL,
    previous_at INTEGER -- when the visit before this one ended; NULL on the first
) STRICT, WITHOUT ROWID;
