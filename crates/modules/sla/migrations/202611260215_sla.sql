-- What is asked of which conversations.
CREATE TABLE sla_policies (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    queue_ids TEXT NOT NULL,
    channel_kinds TEXT NOT NULL,
    business BOOLEAN NOT NULL,
    first_seconds BIGINT,
    next_seconds BIGINT,
    final_seconds BIGINT,
    pauses BOOLEAN NOT NULL,
    warn_percent BIGINT,
    warn_seconds BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX sla_policies_name ON sla_policies (name);
-- What was not done in time; the clock's run names it.
CREATE TABLE sla_misses (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    target TEXT NOT NULL CHECK (target IN ('first', 'next', 'final')),
    since BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    target_ms BIGINT NOT NULL,
    took_ms BIGINT,
    ended_at BIGINT,
    policy_id TEXT NOT NULL,
    policy_name TEXT NOT NULL,
    queue_id TEXT,
    channel_id TEXT NOT NULL,
    assignee_id TEXT,
    assignee_name TEXT,
    unit_id TEXT,
    day TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX sla_misses_run ON sla_misses (conversation_id, target, since);
CREATE INDEX sla_misses_due ON sla_misses (due_at, id);
CREATE INDEX sla_misses_queue ON sla_misses (queue_id, due_at, id);
CREATE INDEX sla_misses_assignee ON sla_misses (assignee_id, due_at, id);
-- Which runs were warned of.
CREATE TABLE sla_warnings (
    conversation_id TEXT NOT NULL,
    target TEXT NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, target, since)
);
-- How each conversation did: the ledger of the figures.
CREATE TABLE sla_cases (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    queue_id TEXT,
    first_measured BIGINT NOT NULL,
    first_missed BIGINT NOT NULL,
    next_measured BIGINT NOT NULL,
    next_missed BIGINT NOT NULL,
    final_measured BIGINT NOT NULL,
    final_missed BIGINT NOT NULL
);
-- Their sums; what came to no queue stands under the empty id.
CREATE TABLE sla_days (
    day TEXT NOT NULL,
    queue_id TEXT NOT NULL,
    first_measured BIGINT NOT NULL,
    first_missed BIGINT NOT NULL,
    next_measured BIGINT NOT NULL,
    next_missed BIGINT NOT NULL,
    final_measured BIGINT NOT NULL,
    final_missed BIGINT NOT NULL,
    PRIMARY KEY (day, queue_id)
);
