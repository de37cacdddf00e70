-- Who may sign in. Names are the same in any case: the key is the name in small letters.
CREATE TABLE account (
    name_key      nvarchar(64)      COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT account_pk PRIMARY KEY,
    name          nvarchar(64)      NOT NULL,
    role          nvarchar(16)      COLLATE Latin1_General_100_BIN2 NOT NULL,
    -- argon2id, in the PHC string format; NULL until a password is set.
    password_hash nvarchar(400),
    created_at    datetimeoffset(7) NOT NULL,
    disabled_at   datetimeoffset(7),
    CONSTRAINT account_role_known CHECK (role IN (N'viewer', N'door', N'staff', N'admin'))
);

-- Of a token, as of a session's secret, there is only its sha256.
CREATE TABLE api_token (
    name_key   nvarchar(64)      COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT api_token_pk PRIMARY KEY,
    name       nvarchar(64)      NOT NULL,
    role       nvarchar(16)      COLLATE Latin1_General_100_BIN2 NOT NULL,
    sha256     varbinary(32)     NOT NULL CONSTRAINT api_token_sha256_unique UNIQUE,
    created_at datetimeoffset(7) NOT NULL,
    CONSTRAINT api_token_role_known CHECK (role IN (N'viewer', N'door', N'staff', N'admin'))
);

CREATE TABLE session (
    sha256     varbinary(32)     NOT NULL CONSTRAINT session_pk PRIMARY KEY,
    account    nvarchar(64)      COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT session_account_known REFERENCES account (name_key),
    created_at datetimeoffset(7) NOT NULL,
    expires_at datetimeoffset(7) NOT NULL
);

CREATE INDEX session_account ON session (account);

-- Files that wait to be applied, for an hour.
CREATE TABLE pending_upload (
    id         uniqueidentifier  NOT NULL CONSTRAINT pending_upload_pk PRIMARY KEY,
    kind       nvarchar(64)      NOT NULL,
    file_name  nvarchar(400)     NOT NULL,
    mapping    nvarchar(max)     NOT NULL CONSTRAINT pending_upload_mapping_json CHECK (ISJSON(mapping) = 1),
    content    varbinary(max)    NOT NULL,
    actor      nvarchar(200)     NOT NULL,
    -- The position of the preview that was shown last.
    position   bigint            NOT NULL,
    created_at datetimeoffset(7) NOT NULL
);

-- Other programs that read the stream, and how far each has come.
CREATE TABLE consumer (
    name     nvarchar(64)      COLLATE Latin1_General_100_BIN2 NOT NULL CONSTRAINT consumer_pk PRIMARY KEY,
    position bigint            NOT NULL,
    moved_by nvarchar(200)     NOT NULL,
    moved_at datetimeoffset(7) NOT NULL,
    CONSTRAINT consumer_position_known CHECK (position >= 0)
);
