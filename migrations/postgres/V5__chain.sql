-- What an event carries beside what it says. The hash covers all of it and the hash of the event before it; the payload goes in as
-- a salted digest. An event without a hash was written by a program from before; it is chained by the next one that sees it.
ALTER TABLE event
    ADD COLUMN schema_version smallint NOT NULL DEFAULT 1 CONSTRAINT event_schema_version_positive CHECK (schema_version > 0),
    -- Of a batch's first event: the fingerprint of the request, the command or worker's step, and the trace that it belongs to.
    ADD COLUMN request uuid,
    ADD COLUMN cause text CONSTRAINT event_cause_length CHECK (length(cause) BETWEEN 1 AND 64),
    ADD COLUMN trace uuid,
    -- The salt goes when the payload is erased; from then on the digest is kept.
    ADD COLUMN salt uuid,
    ADD COLUMN digest bytea CONSTRAINT event_digest_length CHECK (length(digest) = 32),
    ADD COLUMN hash bytea CONSTRAINT event_hash_length CHECK (length(hash) = 32);

-- Two things may happen to an event: its payload is erased behind the open gate, and an event without a hash is chained.
CREATE OR REPLACE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
       AND (NEW.position, NEW.recorded_at, NEW.actor, NEW.batch, NEW.kind, NEW.schema_version)
         = (OLD.position, OLD.recorded_at, OLD.actor, OLD.batch, OLD.kind, OLD.schema_version)
       AND (NEW.request, NEW.cause, NEW.trace) IS NOT DISTINCT FROM (OLD.request, OLD.cause, OLD.trace) THEN
        IF OLD.hash IS NULL AND NEW.payload::text = OLD.payload::text THEN
            RETURN NEW;
        END IF;
        IF NEW.hash IS NOT DISTINCT FROM OLD.hash AND EXISTS (SELECT 1 FROM erasure_gate) THEN
            RETURN NEW;
        END IF;
    END IF;
    RAISE EXCEPTION 'the stream is append-only: events are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END
$$;
