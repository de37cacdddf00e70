-- Which life of the stream this is: a backup that was put back goes on otherwise than what was read before. Empty: the first.
CREATE TABLE incarnation (
    one int          NOT NULL CONSTRAINT incarnation_key PRIMARY KEY CONSTRAINT incarnation_one CHECK (one = 1),
    id  nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL
);
-- The life in which the consumer was moved last.
ALTER TABLE consumer ADD incarnation nvarchar(16) COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT consumer_incarnation_first DEFAULT N'';
