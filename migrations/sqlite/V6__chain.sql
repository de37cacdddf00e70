-- What an event carries beside what it says. The hash covers all of it and the hash of the event before it; the payload goes in as
-- a salted digest. Lengths are checked where they are read: a constraint for each would cost every append. An event without a hash was written by a program from before; it is chained when the database is opened.
ALTER TABLE event ADD COLUMN schema_version INTEGER NOT NULL DEFAULT 1;
-- Of a batch's first event: the fingerprint of the request, the command or worker's step, and the trace that it belongs to.
ALTER TABLE event ADD COLUMN request BLOB;
ALTER TABLE event ADD COLUMN cause TEXT;
ALTER TABLE event ADD COLUMN trace BLOB;
-- The salt goes when the payload is erased; from then on the digest is kept.
ALTER TABLE event ADD COLUMN salt BLOB;
ALTER TABLE event ADD COLUMN digest BLOB;
ALTER TABLE event ADD COLUMN hash BLOB;

DROP TRIGGER event_is_never_changed;

-- Two things may happen to an event: its payload is erased behind the open gate, and an event without a hash is chained.
CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
WHEN NEW.position <> OLD.position OR NEW.recorded_at <> OLD.recorded_at OR NEW.actor <> OLD.actor OR NEW.batch <> OLD.batch
  OR NEW.kind <> OLD.kind OR NEW.schema_version <> OLD.schema_version OR NEW.request IS NOT OLD.request
  OR NEW.cause IS NOT OLD.cause OR NEW.trace IS NOT OLD.trace
  OR (NEW.hash IS NOT OLD.hash AND OLD.hash IS NOT NULL)
  OR (NEW.payload <> OLD.payload AND NOT EXISTS (SELECT 1 FROM erasure_gate))
  OR ((NEW.salt IS NOT OLD.salt OR NEW.digest IS NOT OLD.digest)
      AND OLD.hash IS NOT NULL AND NOT EXISTS (SELECT 1 FROM erasure_gate))
BEGIN
    SELECT RAISE(ABORT, 'the stream is append-only: events are never changed');
END;
