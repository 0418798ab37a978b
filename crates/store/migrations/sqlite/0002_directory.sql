-- Who is who in a provider's directory, as far as they signed in: a directory names managers and reports by ids of its own.

CREATE TABLE object_id (
    provider  TEXT NOT NULL, -- id of the provider in the configuration
    object_id TEXT NOT NULL,
    person_id TEXT NOT NULL, -- issuer|subject
    PRIMARY KEY (provider, object_id)
) STRICT, WITHOUT ROWID;
