-- Conversations put together: the one that moved is over and leads to the one that stays. And taken apart: a part of one
-- becomes a conversation of its own, which stands beside the one the customer writes in.
ALTER TABLE conversations ADD COLUMN subject TEXT;
ALTER TABLE conversations ADD COLUMN aside BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE conversations ADD COLUMN split_from TEXT;
ALTER TABLE conversations ADD COLUMN merged_into TEXT;
-- A customer has one open conversation on a channel, whatever the number of tabs; what was split off stands beside it.
DROP INDEX conversations_open;
CREATE UNIQUE INDEX conversations_open ON conversations (channel_id, customer_id) WHERE closed_at IS NULL AND NOT aside;
CREATE INDEX conversations_merged ON conversations (customer_id, channel_id, opened_at, id) WHERE merged_into IS NOT NULL;
-- How the two stood before they were put together, so that it can be taken back while nothing else has happened.
CREATE TABLE conversation_merges (
    moved_id TEXT NOT NULL PRIMARY KEY,
    kept_id TEXT NOT NULL,
    moved_seq BIGINT NOT NULL,
    kept_seq BIGINT NOT NULL,
    before TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL
);
