-- Systems that are told of facts.
CREATE TABLE webhooks (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    inside BOOLEAN NOT NULL,
    -- JSON list of kinds of facts.
    kinds TEXT NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX webhooks_created ON webhooks (created_at, id);

-- What calls are signed with: in a table of its own, so that no reading of webhooks gives it away.
CREATE TABLE webhook_secrets (
    webhook_id TEXT NOT NULL PRIMARY KEY REFERENCES webhooks (id),
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    previous TEXT,
    previous_until BIGINT
);

-- What is to be told, and what became of it.
CREATE TABLE webhook_calls (
    id TEXT NOT NULL PRIMARY KEY,
    webhook_id TEXT NOT NULL REFERENCES webhooks (id),
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    data TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    -- Its place in the one order of all facts.
    fact_epoch BIGINT NOT NULL,
    fact_seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    why_code TEXT,
    why TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT,
    at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX webhook_calls_subject ON webhook_calls (webhook_id, subject, state, fact_epoch, fact_seq);
CREATE INDEX webhook_calls_state ON webhook_calls (webhook_id, state, at, id);
CREATE INDEX webhook_calls_changed ON webhook_calls (state, changed_at);

-- Who tells of a subject just now.
CREATE TABLE webhook_lanes (
    webhook_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    held_by TEXT NOT NULL,
    held_until BIGINT NOT NULL,
    PRIMARY KEY (webhook_id, subject)
);
CREATE INDEX webhook_lanes_until ON webhook_lanes (held_until);
