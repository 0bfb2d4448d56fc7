-- What pauses are granted by: one row.
CREATE TABLE relief_rules (
    id TEXT NOT NULL PRIMARY KEY,
    abuse_minutes BIGINT NOT NULL,
    run_contacts BIGINT NOT NULL,
    run_minutes BIGINT NOT NULL,
    gap_minutes BIGINT NOT NULL,
    break_minutes BIGINT NOT NULL,
    most_minutes BIGINT NOT NULL,
    version BIGINT NOT NULL
);
INSERT INTO relief_rules (id, abuse_minutes, run_contacts, run_minutes, gap_minutes, break_minutes, most_minutes, version)
VALUES ('rules', 10, 12, 180, 5, 5, 60, 1);
-- What a person had to bear on a day of the organisation.
CREATE TABLE relief_days (
    user_id TEXT NOT NULL,
    day TEXT NOT NULL,
    name TEXT NOT NULL,
    unit_id TEXT,
    contacts BIGINT NOT NULL,
    back_to_back BIGINT NOT NULL,
    longest_run BIGINT NOT NULL,
    abusive BIGINT NOT NULL,
    pauses BIGINT NOT NULL,
    granted_minutes BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (user_id, day)
);
CREATE INDEX relief_days_day ON relief_days (day, user_id);
-- Contacts one after another without a gap, as they go on.
CREATE TABLE relief_runs (
    user_id TEXT NOT NULL PRIMARY KEY,
    since BIGINT NOT NULL,
    contacts BIGINT NOT NULL,
    -- Since when they have no conversation.
    idle_since BIGINT
);
CREATE TABLE relief_pauses (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    unit_id TEXT,
    cause TEXT NOT NULL CHECK (cause IN ('abuse', 'run', 'supervisor')),
    contact_id TEXT,
    granted_by TEXT,
    granted_by_name TEXT,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL,
    ended_at BIGINT,
    -- What is later than this of their presence ends the pause.
    presence_version BIGINT NOT NULL
);
CREATE UNIQUE INDEX relief_pauses_open ON relief_pauses (user_id) WHERE ended_at IS NULL;
CREATE INDEX relief_pauses_until ON relief_pauses (until, id) WHERE ended_at IS NULL;
CREATE TABLE abusive_contacts (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    user_id TEXT NOT NULL,
    user_name TEXT NOT NULL,
    unit_id TEXT,
    kind TEXT NOT NULL CHECK (kind IN ('insult', 'threat', 'harassment', 'discrimination', 'other')),
    word TEXT NOT NULL,
    day TEXT NOT NULL,
    at BIGINT NOT NULL,
    pause_minutes BIGINT NOT NULL,
    taken_back_at BIGINT,
    taken_back_by TEXT,
    taken_back_by_name TEXT,
    taken_back_why TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX abusive_contacts_at ON abusive_contacts (at, id);
CREATE INDEX abusive_contacts_conversation ON abusive_contacts (conversation_id, at, id);
CREATE INDEX abusive_contacts_customer ON abusive_contacts (customer_id);
