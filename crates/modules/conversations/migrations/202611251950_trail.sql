-- What a visitor did on the embedding page, as it says: JSON, the last steps.
ALTER TABLE conversations ADD COLUMN trail TEXT NOT NULL DEFAULT '[]';
