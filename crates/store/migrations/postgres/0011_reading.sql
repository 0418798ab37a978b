-- What each person opened last, and when they were here: for their home page alone. `crates/store/src/reading.rs` bounds it.
CREATE TABLE reading (
    person_id   TEXT COLLATE "C" NOT NULL,
    document_id BIGINT           NOT NULL REFERENCES document (id) ON DELETE CASCADE,
    opened_at   BIGINT           NOT NULL,
    PRIMARY KEY (person_id, document_id)
);

CREATE INDEX reading_by_document ON reading (document_id);

CREATE TABLE visit (
    person_id   TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    seen_at     BIGINT           NOT NULL,
    previous_at BIGINT -- when the visit before this one ended; NULL on the first
);
