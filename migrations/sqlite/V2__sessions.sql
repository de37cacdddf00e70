-- Who is signed in, in which browser. Of the secret in the cookie there is only its sha256.
CREATE TABLE session (
    sha256     BLOB    NOT NULL PRIMARY KEY CHECK (length(sha256) = 32),
    account    TEXT    NOT NULL COLLATE NOCASE REFERENCES account (name),
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE INDEX session_account ON session (account);
