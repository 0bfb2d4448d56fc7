-- The step of the set-up that comes next; 'done' once it is through.
ALTER TABLE organisations ADD COLUMN setup TEXT NOT NULL DEFAULT 'done';
