-- A number or an address of a customer, as far as anything was heard of whether it leads to them.
CREATE TABLE contact_points (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('phone', 'email')),
    -- A digest: what is meant is found by it, and not told.
    mark TEXT NOT NULL,
    mask TEXT NOT NULL,
    -- How often it failed since it last worked.
    failures BIGINT NOT NULL,
    failed_at BIGINT,
    worked_at BIGINT,
    invalid_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX contact_points_mark ON contact_points (customer_id, mark);
-- What was heard of it, and where that stands.
CREATE TABLE contact_signals (
    id TEXT NOT NULL PRIMARY KEY,
    point_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    reference TEXT,
    note TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX contact_signals_point ON contact_signals (point_id, at, id);
-- Customers somebody should look at: with whom nothing happened for long, or who cannot be reached. Whose they are is
-- repeated here for lists.
CREATE TABLE flagged_customers (
    customer_id TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT,
    unit_id TEXT,
    stale BOOLEAN NOT NULL,
    -- When something last happened with them.
    active_at BIGINT NOT NULL,
    invalid_points BIGINT NOT NULL,
    flagged_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CHECK (stale OR invalid_points > 0)
);
CREATE INDEX flagged_customers_active ON flagged_customers (active_at, customer_id);
CREATE INDEX flagged_customers_stale ON flagged_customers (active_at, customer_id) WHERE stale;
CREATE INDEX flagged_customers_invalid ON flagged_customers (active_at, customer_id) WHERE invalid_points > 0;
CREATE INDEX flagged_customers_owner ON flagged_customers (owner_id, active_at, customer_id);
-- Who said last that what is known of a customer is right.
CREATE TABLE customer_verifications (
    customer_id TEXT NOT NULL PRIMARY KEY,
    note TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE TABLE hygiene_rules (
    id TEXT NOT NULL PRIMARY KEY,
    stale_days BIGINT NOT NULL,
    failures BIGINT NOT NULL,
    count_no_answer BOOLEAN NOT NULL,
    version BIGINT NOT NULL
);
INSERT INTO hygiene_rules (id, stale_days, failures, count_no_answer, version) VALUES ('rules', 730, 3, TRUE, 1);
