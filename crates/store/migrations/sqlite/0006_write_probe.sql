-- One row that is written to find out whether the database can be written; `room` takes more than a session needs.

CREATE TABLE write_probe (id INTEGER PRIMARY KEY CHECK (id = 1), at INTEGER NOT NULL, room BLOB) STRICT;
