-- Which life of the stream this is: a backup that was put back goes on otherwise than what was read before. Empty: the first.
CREATE TABLE incarnation (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id  TEXT    NOT NULL
) STRICT;
-- The life in which the consumer was moved last.
ALTER TABLE consumer ADD COLUMN incarnation TEXT NOT NULL DEFAULT '';
