-- Without its state in front, SQLite looks through all that are closed instead.
DROP INDEX conversations_unwrapped;
CREATE INDEX conversations_unwrapped ON conversations (state, closed_at) WHERE wrap_up IS NULL AND closed_at IS NOT NULL;
