-- How a queue gives its conversations away.
ALTER TABLE queues ADD COLUMN strategy TEXT NOT NULL DEFAULT 'longest_idle';
ALTER TABLE queues ADD COLUMN skills TEXT NOT NULL DEFAULT '[]';
ALTER TABLE queues ADD COLUMN sink_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE queues ADD COLUMN rules TEXT NOT NULL DEFAULT '[]';
ALTER TABLE queues ADD COLUMN outranks_seconds BIGINT NOT NULL DEFAULT 300;
ALTER TABLE queues ADD COLUMN hold_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE queues ADD COLUMN overflow_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE queues ADD COLUMN fair_limit BIGINT NOT NULL DEFAULT 0;
CREATE TABLE skills (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX skills_name ON skills (name);
CREATE TABLE person_skills (
    user_id TEXT NOT NULL,
    skill_id TEXT NOT NULL,
    level BIGINT NOT NULL,
    PRIMARY KEY (user_id, skill_id)
);
-- Who was given a conversation of the queue last: whose turn comes next.
CREATE TABLE queue_turns (
    queue_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL
);
-- What the queue's rules made of a wait; weighed: that it is not as all others.
ALTER TABLE waits ADD COLUMN priority BIGINT NOT NULL DEFAULT 0;
ALTER TABLE waits ADD COLUMN asks TEXT NOT NULL DEFAULT '[]';
ALTER TABLE waits ADD COLUMN weighed BOOLEAN NOT NULL DEFAULT FALSE;
-- By what they stand in line: since when the conversation is open, though it may wait for a second time.
ALTER TABLE waits ADD COLUMN turn_at BIGINT NOT NULL DEFAULT 0;
UPDATE waits SET turn_at = since;
CREATE INDEX waits_weighed ON waits (queue_id, priority, asks, turn_at) WHERE ended_at IS NULL AND weighed;
CREATE INDEX waits_line ON waits (queue_id, priority, asks, turn_at) WHERE ended_at IS NULL;
ALTER TABLE offers ADD COLUMN queue_id TEXT;
CREATE INDEX offers_made ON offers (made_at);
-- Why an offer was made to whom it was made, and who else was looked at.
CREATE TABLE offer_explanations (
    offer_id TEXT NOT NULL PRIMARY KEY,
    why TEXT NOT NULL,
    waited_ms BIGINT NOT NULL,
    priority BIGINT NOT NULL,
    outranked BOOLEAN NOT NULL,
    candidates TEXT NOT NULL
);
