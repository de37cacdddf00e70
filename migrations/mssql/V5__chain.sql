-- What an event carries beside what it says. The hash covers all of it and the hash of the event before it; the payload goes in as
-- a salted digest. An event without a hash was written by a program from before; it is chained by the next one that sees it.
-- One column a statement: Babelfish takes no more.
ALTER TABLE event ADD schema_version smallint NOT NULL CONSTRAINT event_schema_version_first DEFAULT 1;
-- Of a batch's first event: the fingerprint of the request, the command or worker's step, and the trace that it belongs to.
ALTER TABLE event ADD request uniqueidentifier;
ALTER TABLE event ADD cause nvarchar(64) COLLATE Latin1_General_100_BIN2;
ALTER TABLE event ADD trace uniqueidentifier;
-- The salt goes when the payload is erased; from then on the digest is kept. Both digests are hexadecimal.
ALTER TABLE event ADD salt uniqueidentifier;
ALTER TABLE event ADD digest char(64) COLLATE Latin1_General_100_BIN2;
ALTER TABLE event ADD hash char(64) COLLATE Latin1_General_100_BIN2;

-- Two things may happen to an event: its payload is erased behind the open gate, and an event without a hash is chained.
EXEC(N'DROP TRIGGER event_is_append_only');

EXEC(N'
CREATE TRIGGER event_is_append_only ON event AFTER UPDATE, DELETE AS
BEGIN
    SET NOCOUNT ON;
    IF NOT EXISTS (SELECT 1 FROM deleted) RETURN;
    IF (SELECT COUNT(*) FROM deleted) = (
           SELECT COUNT(*) FROM inserted JOIN deleted
               ON inserted.position = deleted.position AND inserted.recorded_at = deleted.recorded_at
              AND inserted.actor = deleted.actor AND inserted.batch = deleted.batch AND inserted.kind = deleted.kind
              AND inserted.schema_version = deleted.schema_version
              AND (inserted.request = deleted.request OR (inserted.request IS NULL AND deleted.request IS NULL))
              AND (inserted.cause = deleted.cause OR (inserted.cause IS NULL AND deleted.cause IS NULL))
              AND (inserted.trace = deleted.trace OR (inserted.trace IS NULL AND deleted.trace IS NULL))
              AND ((deleted.hash IS NULL AND inserted.payload = deleted.payload)
                   OR ((inserted.hash = deleted.hash OR (inserted.hash IS NULL AND deleted.hash IS NULL))
                       AND EXISTS (SELECT 1 FROM erasure_gate))))
        RETURN;
    THROW 51003, N''the stream is append-only: events are never changed or deleted'', 1;
END');
