-- The state of repositories that are pulled again and again: which commit was imported, what went wrong, when the next pull is, and which process pulls.
-- Times are seconds since 1970 (UTC).
CREATE TABLE source_pull (
    name         TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    commit_id    TEXT,                      -- that was imported last
    fingerprint  TEXT,                      -- of the settings with which it was
    imported_at  BIGINT,                    -- when that was
    summary      TEXT,                      -- what it brought, as JSON
    attempted_at BIGINT,                    -- when the last pull ended
    error        TEXT,                      -- why that failed; NULL if it did not
    failures     BIGINT NOT NULL DEFAULT 0, -- in a row
    due_at       BIGINT NOT NULL DEFAULT 0, -- when the next one is
    lease        TEXT,                      -- whose pull is running
    leased_until BIGINT NOT NULL DEFAULT 0
);
