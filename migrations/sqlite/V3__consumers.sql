-- Other programs that read the stream, and how far each has come.
CREATE TABLE consumer (
    name     TEXT    NOT NULL PRIMARY KEY CHECK (length(name) BETWEEN 1 AND 64),
    position INTEGER NOT NULL CHECK (position >= 0),
    moved_by TEXT    NOT NULL,
    moved_at INTEGER NOT NULL
) STRICT;
