-- Somebody's word that the clock is right: the newest counts.
CREATE TABLE clock_confirmation (
    one          int               NOT NULL CONSTRAINT clock_confirmation_key PRIMARY KEY CONSTRAINT clock_confirmation_one CHECK (one = 1),
    confirmed_at datetimeoffset(7) NOT NULL,
    confirmed_by nvarchar(400)     NOT NULL
);
