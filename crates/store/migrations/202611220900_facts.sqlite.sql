-- The outbox: what happened, in one order. One writer: seq alone is that order.
CREATE TABLE facts (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    epoch BIGINT NOT NULL DEFAULT 0,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    topic TEXT,
    topic_seq BIGINT,
    data TEXT NOT NULL,
    actor_kind TEXT NOT NULL,
    actor_id TEXT,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX facts_topic ON facts (topic, topic_seq) WHERE topic IS NOT NULL;
-- How far each listener has come.
CREATE TABLE cursors (
    listener TEXT NOT NULL PRIMARY KEY,
    epoch BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL
);
