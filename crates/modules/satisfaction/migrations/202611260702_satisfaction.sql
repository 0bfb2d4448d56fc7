-- What one customer thought of one conversation: whom it is about stays as it was when it ended.
CREATE TABLE satisfaction_cases (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    channel_kind TEXT NOT NULL,
    queue_id TEXT,
    -- Who had it at the end, their unit, and who had it longest.
    agent_id TEXT,
    agent_name TEXT,
    unit_id TEXT,
    longest_id TEXT,
    longest_name TEXT,
    day TEXT NOT NULL,
    at BIGINT NOT NULL,
    way TEXT CHECK (way IN ('widget', 'link')),
    why_not TEXT,
    -- The digest of the link's token.
    token TEXT,
    expires_at BIGINT,
    score BIGINT,
    solved BOOLEAN,
    tags TEXT NOT NULL,
    comment TEXT NOT NULL,
    rated_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX satisfaction_cases_conversation ON satisfaction_cases (conversation_id);
CREATE UNIQUE INDEX satisfaction_cases_token ON satisfaction_cases (token) WHERE token IS NOT NULL;
CREATE INDEX satisfaction_cases_day ON satisfaction_cases (day, at, id);
CREATE INDEX satisfaction_cases_at ON satisfaction_cases (at, id);
CREATE INDEX satisfaction_cases_customer ON satisfaction_cases (customer_id, at);
-- How customers are asked who see no chat: one row.
CREATE TABLE satisfaction_rules (
    id TEXT NOT NULL PRIMARY KEY,
    links BOOLEAN NOT NULL,
    address TEXT NOT NULL,
    quiet_days BIGINT NOT NULL,
    valid_days BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    version BIGINT NOT NULL
);
INSERT INTO satisfaction_rules (id, links, address, quiet_days, valid_days, reasons, version)
VALUES ('rules', FALSE, '', 7, 14, '[]', 1);
