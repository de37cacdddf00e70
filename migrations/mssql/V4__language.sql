-- The language of an account's pages; NULL where the browser's counts.
ALTER TABLE account ADD language nvarchar(16) COLLATE Latin1_General_100_BIN2;
