-- What it is a list of.
ALTER TABLE imports ADD COLUMN target TEXT NOT NULL DEFAULT 'customers';
