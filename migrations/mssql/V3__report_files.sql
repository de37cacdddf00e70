-- What a report sends, from the moment its rows are written until it is archived.
CREATE TABLE report_file (
    sha256     varbinary(32)     NOT NULL CONSTRAINT report_file_pk PRIMARY KEY,
    file_name  nvarchar(400)     NOT NULL,
    content    varbinary(max)    NOT NULL,
    created_at datetimeoffset(7) NOT NULL
);
