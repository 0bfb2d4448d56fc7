ALTER TABLE conversations ADD COLUMN emptied_at BIGINT;
CREATE INDEX conversations_kept ON conversations (channel_kind, closed_at, id) WHERE emptied_at IS NULL AND closed_at IS NOT NULL;
