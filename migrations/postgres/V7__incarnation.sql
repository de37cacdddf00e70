-- Which life of the stream this is: a backup that was put back goes on otherwise than what was read before. Empty: the first.
-- The place tells a database that was restored elsewhere, or promoted, by itself.
CREATE TABLE incarnation (
    one   integer PRIMARY KEY CHECK (one = 1),
    id    text    NOT NULL,
    place text    NOT NULL
);
-- The life in which the consumer was moved last.
ALTER TABLE consumer ADD COLUMN incarnation text NOT NULL DEFAULT '';
