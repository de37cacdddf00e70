-- The language of an account's pages; NULL where the browser's counts.
ALTER TABLE account ADD COLUMN language text CHECK (length(language) <= 16);
