-- The queue whose people may take it while it lies in no unit's pool.
ALTER TABLE tasks ADD COLUMN queue_id TEXT;
CREATE INDEX tasks_queue ON tasks (queue_id, state);
