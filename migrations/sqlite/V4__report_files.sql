-- What a report sends, from the moment its rows are written until it is archived.
CREATE TABLE report_file (
    sha256     BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    name       TEXT    NOT NULL,
    content    BLOB    NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
