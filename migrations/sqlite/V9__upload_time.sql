-- A file's time stands behind its content: to find those whose hour is over, all of them had to be read.
CREATE INDEX pending_upload_created_at ON pending_upload (created_at);
