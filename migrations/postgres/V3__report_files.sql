-- What a report sends, from the moment its rows are written until it is archived.
CREATE TABLE report_file (
    sha256     bytea       NOT NULL CONSTRAINT report_file_pkey PRIMARY KEY CONSTRAINT report_file_sha256_length CHECK (length(sha256) = 32),
    name       text        NOT NULL,
    content    bytea       NOT NULL,
    created_at timestamptz NOT NULL
);
