-- The stream. Positions are given by the writer: last + 1, without gaps; a sequence would leave holes.
CREATE TABLE event (
    position    bigint      NOT NULL CONSTRAINT event_pkey PRIMARY KEY CONSTRAINT event_position_positive CHECK (position > 0),
    -- Never smaller than the event before.
    recorded_at timestamptz NOT NULL,
    actor       text        NOT NULL CONSTRAINT event_actor_length CHECK (length(actor) BETWEEN 1 AND 200),
    batch       uuid        NOT NULL,
    kind        text        NOT NULL CONSTRAINT event_kind_length CHECK (length(kind) BETWEEN 1 AND 64),
    -- json, not jsonb: the text stays as it was written.
    payload     json        NOT NULL
);

CREATE INDEX event_batch ON event (batch);

-- Which batches are void is read before anything is folded.
CREATE INDEX event_validity ON event (position) WHERE kind IN ('batch_retracted', 'batch_reinstated');

-- Append-only by its own means. Erasing a person's data is the one exception: its transaction opens the gate,
-- overwrites payloads, and closes the gate again.
CREATE TABLE erasure_gate (
    opened_by uuid NOT NULL
);

CREATE FUNCTION event_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND EXISTS (SELECT 1 FROM erasure_gate)
       AND (NEW.position, NEW.recorded_at, NEW.actor, NEW.batch, NEW.kind)
         = (OLD.position, OLD.recorded_at, OLD.actor, OLD.batch, OLD.kind) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the stream is append-only: events are never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END
$$;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE OR DELETE ON event
    FOR EACH ROW EXECUTE FUNCTION event_is_append_only();

CREATE TRIGGER event_is_never_emptied BEFORE TRUNCATE ON event
    FOR EACH STATEMENT EXECUTE FUNCTION event_is_append_only();
