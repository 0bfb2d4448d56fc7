-- How the day's intake goes, and how soon somebody new is spoken to.
CREATE TABLE intake_rules (
    id TEXT NOT NULL PRIMARY KEY,
    -- The minute of the day until which intake and updates are due.
    due_minute BIGINT NOT NULL,
    -- Whole calendar days within which a customer is first spoken to.
    contact_days BIGINT NOT NULL,
    -- How many days before their end one is reminded.
    remind_days BIGINT NOT NULL,
    -- The unit that classifies what other departments hand over.
    unit_id TEXT,
    version BIGINT NOT NULL
);
INSERT INTO intake_rules (id, due_minute, contact_days, remind_days, unit_id, version) VALUES ('rules', 1080, 7, 2, NULL, 1);
-- What somebody, or another department, brought in on a day.
CREATE TABLE intake_batches (
    id TEXT NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    source TEXT NOT NULL,
    department TEXT NOT NULL,
    news TEXT NOT NULL,
    state TEXT NOT NULL,
    items BIGINT NOT NULL,
    open BIGINT NOT NULL,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    created_at BIGINT NOT NULL,
    submitted_at BIGINT,
    classified_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX intake_batches_once ON intake_batches (day, source, department, owner_id);
CREATE INDEX intake_batches_created ON intake_batches (created_at, id);
CREATE INDEX intake_batches_state ON intake_batches (state, created_at);
CREATE INDEX intake_batches_owner ON intake_batches (owner_id, created_at);
CREATE TABLE intake_items (
    id TEXT NOT NULL PRIMARY KEY,
    batch_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- What the department calls the row; once each.
    department TEXT,
    key TEXT,
    customer_id TEXT,
    name TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    note TEXT NOT NULL,
    state TEXT NOT NULL,
    client_type TEXT,
    steward_id TEXT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX intake_items_key ON intake_items (department, key);
CREATE INDEX intake_items_batch ON intake_items (batch_id, id);
CREATE INDEX intake_items_customer ON intake_items (customer_id);
-- Who keeps whose file, and the last day it was updated.
CREATE TABLE record_stewards (
    customer_id TEXT NOT NULL PRIMARY KEY,
    steward_id TEXT NOT NULL,
    steward_name TEXT NOT NULL,
    unit_id TEXT,
    client_type TEXT NOT NULL,
    named_by TEXT,
    named_at BIGINT NOT NULL,
    last_day TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX record_stewards_steward ON record_stewards (steward_id, customer_id);
CREATE TABLE record_updates (
    customer_id TEXT NOT NULL,
    day TEXT NOT NULL,
    steward_id TEXT NOT NULL,
    how TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (customer_id, day)
);
CREATE INDEX record_updates_day ON record_updates (day, steward_id);
