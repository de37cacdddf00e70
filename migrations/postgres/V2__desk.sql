-- Who may sign in. Names are the same in any case.
CREATE TABLE account (
    name          text        NOT NULL CONSTRAINT account_pkey PRIMARY KEY CONSTRAINT account_name_length CHECK (length(name) BETWEEN 1 AND 64),
    role          text        NOT NULL CONSTRAINT account_role_known CHECK (role IN ('viewer', 'door', 'staff', 'admin')),
    -- argon2id, in the PHC string format; NULL until a password is set.
    password_hash text,
    created_at    timestamptz NOT NULL,
    disabled_at   timestamptz
);

CREATE UNIQUE INDEX account_name ON account (lower(name));

-- Of a token, as of a session's secret, there is only its sha256.
CREATE TABLE api_token (
    name       text        NOT NULL CONSTRAINT api_token_pkey PRIMARY KEY CONSTRAINT api_token_name_length CHECK (length(name) BETWEEN 1 AND 64),
    role       text        NOT NULL CONSTRAINT api_token_role_known CHECK (role IN ('viewer', 'door', 'staff', 'admin')),
    sha256     bytea       NOT NULL CONSTRAINT api_token_sha256_unique UNIQUE CONSTRAINT api_token_sha256_length CHECK (length(sha256) = 32),
    created_at timestamptz NOT NULL
);

CREATE UNIQUE INDEX api_token_name ON api_token (lower(name));

CREATE TABLE session (
    sha256     bytea       NOT NULL CONSTRAINT session_pkey PRIMARY KEY CONSTRAINT session_sha256_length CHECK (length(sha256) = 32),
    account    text        NOT NULL CONSTRAINT session_account_known REFERENCES account (name),
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL
);

CREATE INDEX session_account ON session (account);

-- Files that wait to be applied, for an hour.
CREATE TABLE pending_upload (
    id         uuid        NOT NULL CONSTRAINT pending_upload_pkey PRIMARY KEY,
    kind       text        NOT NULL,
    file       text        NOT NULL,
    mapping    json        NOT NULL,
    content    bytea       NOT NULL,
    actor      text        NOT NULL,
    -- The position of the preview that was shown last.
    position   bigint      NOT NULL,
    created_at timestamptz NOT NULL
);

-- Other programs that read the stream, and how far each has come.
CREATE TABLE consumer (
    name     text        NOT NULL CONSTRAINT consumer_pkey PRIMARY KEY CONSTRAINT consumer_name_form CHECK (name ~ '^[a-z0-9_-]{1,64}$'),
    position bigint      NOT NULL CONSTRAINT consumer_position_known CHECK (position >= 0),
    moved_by text        NOT NULL,
    moved_at timestamptz NOT NULL
);
