-- Somebody's word that the clock is right: the newest counts.
CREATE TABLE clock_confirmation (
    one          INTEGER PRIMARY KEY CHECK (one = 1),
    confirmed_at INTEGER NOT NULL, -- Microseconds since 1970.
    confirmed_by TEXT    NOT NULL
) STRICT;
