ALTER TABLE queues ADD COLUMN wrap_up_seconds BIGINT NOT NULL DEFAULT 0;
ALTER TABLE queues ADD COLUMN target_seconds BIGINT NOT NULL DEFAULT 30;
ALTER TABLE queues ADD COLUMN last_agent_first BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE queues ADD COLUMN everybody BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE queues ADD COLUMN is_default BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE queues SET is_default = TRUE WHERE id = (SELECT min(id) FROM queues);
CREATE UNIQUE INDEX queues_default ON queues (is_default) WHERE is_default;
CREATE UNIQUE INDEX queues_name ON queues (name);
CREATE TABLE queue_members (
    queue_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    PRIMARY KEY (queue_id, user_id)
);
-- A channel feeds one queue; one that stands here not feeds the default queue.
CREATE TABLE queue_channels (
    channel_id TEXT NOT NULL PRIMARY KEY,
    queue_id TEXT NOT NULL
);
CREATE TABLE presence_reasons (
    id TEXT NOT NULL PRIMARY KEY,
    label TEXT NOT NULL,
    minutes BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX presence_reasons_label ON presence_reasons (label);
INSERT INTO presence_reasons (id, label, minutes, created_at, version) VALUES
    ('prr_00000000000000000000000001', '小休', 15, 0, 1),
    ('prr_00000000000000000000000002', '用餐', 60, 0, 1),
    ('prr_00000000000000000000000003', '会议', NULL, 0, 1),
    ('prr_00000000000000000000000004', '培训', NULL, 0, 1),
    ('prr_00000000000000000000000005', '其他工作', NULL, 0, 1);
ALTER TABLE presences ADD COLUMN reason_id TEXT;
-- When the person's connection was last seen.
ALTER TABLE presences ADD COLUMN seen_at BIGINT NOT NULL DEFAULT 0;
-- How long each person was in each state, for ever: what occupancy and adherence are counted from.
CREATE TABLE presence_spells (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    unit_id TEXT,
    state TEXT NOT NULL,
    reason_id TEXT,
    reason TEXT,
    capacity BIGINT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT
);
CREATE INDEX presence_spells_user ON presence_spells (user_id, since);
CREATE INDEX presence_spells_open ON presence_spells (user_id) WHERE until IS NULL;
-- What is still to be said about a conversation that is over, and holds its agent's room meanwhile.
CREATE TABLE wrap_up_holds (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX wrap_up_holds_open ON wrap_up_holds (user_id) WHERE ended_at IS NULL;
-- Each time a conversation waited in a queue, and how that ended: the ledger of the figures.
CREATE TABLE waits (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    -- The organisation's day on which it began.
    day TEXT NOT NULL,
    since BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT,
    in_target BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX waits_open ON waits (conversation_id) WHERE ended_at IS NULL;
CREATE INDEX waits_queue ON waits (queue_id, outcome, ended_at);
CREATE INDEX waits_day ON waits (day, queue_id);
CREATE TABLE queue_days (
    day TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    offered BIGINT NOT NULL,
    answered BIGINT NOT NULL,
    answered_in_target BIGINT NOT NULL,
    abandoned BIGINT NOT NULL,
    -- Of those answered, in milliseconds.
    wait_ms BIGINT NOT NULL,
    PRIMARY KEY (day, queue_id)
);
