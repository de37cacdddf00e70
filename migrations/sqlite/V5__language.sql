-- The language of an account's pages; NULL where the browser's counts.
ALTER TABLE account ADD COLUMN language TEXT CHECK (length(language) <= 16);
