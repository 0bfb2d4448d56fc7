-- What customers are worth and where they stand, computed at night. One row a person, of the last run.
CREATE TABLE worths (
    customer_id TEXT NOT NULL PRIMARY KEY,
    owner_id TEXT,
    unit_id TEXT,
    -- As of when.
    at BIGINT NOT NULL,
    today BIGINT NOT NULL,
    -- Whether somebody said that they may become a customer.
    is_lead BOOLEAN NOT NULL,
    since_at BIGINT NOT NULL,
    contact_at BIGINT,
    orders BIGINT NOT NULL,
    purchases BIGINT NOT NULL,
    first_day BIGINT NOT NULL,
    last_day BIGINT NOT NULL,
    total BIGINT NOT NULL,
    after_first BIGINT NOT NULL,
    lately BIGINT NOT NULL,
    before BIGINT NOT NULL,
    services BIGINT NOT NULL,
    -- 1 to 5; 0 for who never bought.
    recency BIGINT NOT NULL,
    frequency BIGINT NOT NULL,
    monetary BIGINT NOT NULL,
    -- In ten-thousandths; none where the model cannot tell.
    alive BIGINT,
    -- Purchases within a year, in thousandths.
    expected BIGINT,
    -- What one of them is worth, and all of them, in minor units.
    spend BIGINT,
    value BIGINT,
    -- The value, and below it what was spent, so that everybody has a place in the list.
    place BIGINT NOT NULL,
    stage TEXT NOT NULL,
    stage_at BIGINT NOT NULL,
    -- Which rules it was judged by.
    rules_version BIGINT NOT NULL
);
CREATE INDEX worths_place ON worths (place, customer_id);
CREATE INDEX worths_cell ON worths (recency, frequency, place, customer_id);
CREATE INDEX worths_stage ON worths (stage, place, customer_id);
CREATE INDEX worths_owner ON worths (owner_id, place);
CREATE INDEX worths_at ON worths (at);
-- The nights.
CREATE TABLE worth_runs (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    began_at BIGINT NOT NULL,
    ended_at BIGINT,
    findings TEXT NOT NULL
);
CREATE INDEX worth_runs_began ON worth_runs (began_at, id);
-- The one row of rules: stages, playbooks, the currency that counts.
CREATE TABLE worth_rules (
    id TEXT NOT NULL PRIMARY KEY,
    rules TEXT NOT NULL,
    changed_by TEXT,
    changed_by_name TEXT,
    changed_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- How people moved from stage to stage, with what was so then.
CREATE TABLE lifecycle_steps (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    owner_id TEXT,
    unit_id TEXT,
    stage TEXT NOT NULL,
    before TEXT NOT NULL,
    reason TEXT NOT NULL,
    -- The task of the playbook.
    task_id TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX lifecycle_steps_at ON lifecycle_steps (at, id);
CREATE INDEX lifecycle_steps_customer ON lifecycle_steps (customer_id, at, id);
-- What is bought, by how many, and how often again; which of it goes together. Of five customers or more.
CREATE TABLE service_habits (
    service TEXT NOT NULL PRIMARY KEY,
    label TEXT NOT NULL,
    buyers BIGINT NOT NULL,
    again BIGINT NOT NULL,
    days BIGINT,
    at BIGINT NOT NULL
);
CREATE TABLE service_rules (
    one TEXT NOT NULL,
    other TEXT NOT NULL,
    together BIGINT NOT NULL,
    one_buyers BIGINT NOT NULL,
    other_buyers BIGINT NOT NULL,
    buyers BIGINT NOT NULL,
    PRIMARY KEY (one, other)
);
