-- Somebody's word that the clock is right: the newest counts.
CREATE TABLE clock_confirmation (
    one          integer     PRIMARY KEY CHECK (one = 1),
    confirmed_at timestamptz NOT NULL,
    confirmed_by text        NOT NULL
);
