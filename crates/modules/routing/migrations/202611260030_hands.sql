-- Who is given a conversation back to the queue, and whose waits end with a message.
ALTER TABLE queues ADD COLUMN silent_minutes BIGINT NOT NULL DEFAULT 0;
ALTER TABLE queues ADD COLUMN message_seconds BIGINT NOT NULL DEFAULT 0;
-- Who has a conversation, and since when.
CREATE TABLE hands (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    since BIGINT NOT NULL
);
-- Who let a customer wait for so long that the conversation went back into the queue.
CREATE TABLE silences (
    conversation_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, user_id, at)
);
CREATE INDEX waits_overdue ON waits (queue_id, since) WHERE ended_at IS NULL;
