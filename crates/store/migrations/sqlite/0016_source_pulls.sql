-- The state of repositories that are pulled again and again: which commit was imported, what went wrong, when the next pull is, and which process pulls.
-- Times are seconds since 1970 (UTC).
CREATE TABLE source_pull (
    name         TEXT    NOT NULL PRIMARY KEY,
    commit_id    TEXT,                       -- that was imported last
    fingerprint  TEXT,                       -- of the settings with which it was
    imported_at  INTEGER,                    -- when that was
    summary      TEXT,                       -- what it brought, as JSON
    attempted_at INTEGER,                    -- when the last pull ended
    error        TEXT,                       -- why that failed; NULL if it did not
    failures     INTEGER NOT NULL DEFAULT 0, -- in a row
    due_at       INTEGER NOT NULL DEFAULT 0, -- when the next one is
    lease        TEXT,                       -- whose pull is running
    leased_until INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
