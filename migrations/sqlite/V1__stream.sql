-- The stream. Positions are given by the writer: last + 1, without gaps.
CREATE TABLE event (
    position    INTEGER PRIMARY KEY CHECK (position > 0),
    -- Microseconds since 1970, UTC; never smaller than the event before.
    recorded_at INTEGER NOT NULL,
    actor       TEXT    NOT NULL CHECK (length(actor) BETWEEN 1 AND 200),
    batch       BLOB    NOT NULL CHECK (length(batch) = 16),
    kind        TEXT    NOT NULL CHECK (length(kind) BETWEEN 1 AND 64),
    payload     TEXT    NOT NULL CHECK (json_valid(payload))
) STRICT;

CREATE INDEX event_batch ON event (batch);

-- Which batches are void is read before anything is folded.
CREATE INDEX event_validity ON event (position) WHERE kind IN ('batch_retracted', 'batch_reinstated');

-- Append-only by its own means. Erasing a person's data is the one exception: its transaction opens the gate,
-- overwrites payloads, and closes the gate again.
CREATE TABLE erasure_gate (
    opened_by BLOB NOT NULL CHECK (length(opened_by) = 16)
) STRICT;

CREATE TRIGGER event_is_never_deleted BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'the stream is append-only: events are never deleted');
END;

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
WHEN NOT EXISTS (SELECT 1 FROM erasure_gate)
  OR NEW.position <> OLD.position OR NEW.recorded_at <> OLD.recorded_at OR NEW.actor <> OLD.actor
  OR NEW.batch <> OLD.batch OR NEW.kind <> OLD.kind
BEGIN
    SELECT RAISE(ABORT, 'the stream is append-only: events are never changed');
END;

CREATE TRIGGER event_leaves_no_gap BEFORE INSERT ON event
WHEN NEW.position <> 1 + COALESCE((SELECT MAX(position) FROM event), 0)
BEGIN
    SELECT RAISE(ABORT, 'the stream has no gaps: a position is the last one plus one');
END;

CREATE TABLE account (
    name          TEXT    NOT NULL PRIMARY KEY COLLATE NOCASE CHECK (length(name) BETWEEN 1 AND 64),
    role          TEXT    NOT NULL CHECK (role IN ('viewer', 'door', 'staff', 'admin')),
    -- argon2id, in the PHC string format; NULL until a password is set.
    password_hash TEXT,
    created_at    INTEGER NOT NULL,
    disabled_at   INTEGER
) STRICT;

CREATE TABLE api_token (
    name       TEXT    NOT NULL PRIMARY KEY COLLATE NOCASE CHECK (length(name) BETWEEN 1 AND 64),
    role       TEXT    NOT NULL CHECK (role IN ('viewer', 'door', 'staff', 'admin')),
    -- Of the token, which itself is stored nowhere.
    sha256     BLOB    NOT NULL UNIQUE CHECK (length(sha256) = 32),
    created_at INTEGER NOT NULL
) STRICT;

-- Files that wait to be applied, for an hour.
CREATE TABLE pending_upload (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    kind       TEXT    NOT NULL,
    file       TEXT    NOT NULL,
    mapping    TEXT    NOT NULL CHECK (json_valid(mapping)),
    content    BLOB    NOT NULL,
    actor      TEXT    NOT NULL,
    -- The position of the preview that was shown last.
    position   INTEGER NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;
