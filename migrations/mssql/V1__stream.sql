-- The stream. Positions are given by the writer: last + 1, without gaps; an IDENTITY would leave holes.
CREATE TABLE event (
    position    bigint            NOT NULL CONSTRAINT event_pk PRIMARY KEY,
    -- Never smaller than the event before; microseconds, though the type could hold more.
    recorded_at datetimeoffset(7) NOT NULL,
    actor       nvarchar(200)     NOT NULL,
    batch       uniqueidentifier  NOT NULL,
    kind        nvarchar(64)      COLLATE Latin1_General_100_BIN2 NOT NULL,
    payload     nvarchar(max)     NOT NULL,
    CONSTRAINT event_position_positive CHECK (position > 0),
    CONSTRAINT event_actor_there CHECK (LEN(actor) > 0),
    CONSTRAINT event_payload_json CHECK (ISJSON(payload) = 1)
);

CREATE INDEX event_batch ON event (batch);

-- Which batches are void is read before anything is folded.
CREATE INDEX event_kind ON event (kind, position);

-- Append-only by its own means. Erasing a person's data is the one exception: its transaction opens the gate,
-- overwrites payloads, and closes the gate again.
CREATE TABLE erasure_gate (
    opened_by uniqueidentifier NOT NULL
);

EXEC(N'
CREATE TRIGGER event_is_append_only ON event AFTER UPDATE, DELETE AS
BEGIN
    SET NOCOUNT ON;
    IF NOT EXISTS (SELECT 1 FROM deleted) RETURN;
    IF EXISTS (SELECT 1 FROM erasure_gate)
       AND (SELECT COUNT(*) FROM deleted) = (
           SELECT COUNT(*) FROM inserted JOIN deleted
               ON inserted.position = deleted.position AND inserted.recorded_at = deleted.recorded_at
              AND inserted.actor = deleted.actor AND inserted.batch = deleted.batch AND inserted.kind = deleted.kind)
        RETURN;
    THROW 51003, N''the stream is append-only: events are never changed or deleted'', 1;
END');
