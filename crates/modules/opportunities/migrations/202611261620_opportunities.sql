-- What may be sold, drawn from talks, segments or a person's own noticing.
CREATE TABLE opportunities (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    -- The goods or the service that is asked for.
    service TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('single', 'pattern')),
    source TEXT NOT NULL CHECK (source IN ('talks', 'segment', 'hand')),
    stage TEXT NOT NULL CHECK (stage IN ('discovered', 'confirmed', 'pursued', 'won', 'lost', 'dismissed')),
    rule_id TEXT,
    -- JSON: what it was drawn from, as that stood then.
    basis TEXT,
    -- Minor units.
    value BIGINT CHECK (value >= 0),
    each_value BIGINT CHECK (each_value >= 0),
    currency TEXT NOT NULL,
    estimate TEXT NOT NULL,
    owner_id TEXT,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    next_step TEXT,
    due_at BIGINT,
    -- Different persons, merges followed.
    customers BIGINT NOT NULL,
    evidence BIGINT NOT NULL,
    order_id TEXT,
    reason TEXT,
    closed_at BIGINT,
    created_by TEXT,
    created_by_name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX opportunities_created ON opportunities (created_at, id);
CREATE INDEX opportunities_stage ON opportunities (stage, created_at, id);
CREATE INDEX opportunities_owner ON opportunities (owner_id, created_at, id);
CREATE INDEX opportunities_rule ON opportunities (rule_id, created_at, id);
-- What speaks for one: where it stands, never the words. Without an opportunity it waits for others like it.
CREATE TABLE opportunity_evidence (
    id TEXT NOT NULL PRIMARY KEY,
    opportunity_id TEXT,
    rule_id TEXT,
    -- The talk, the record, the order, the customer: once for each rule and each opportunity.
    reference TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('message', 'conversation', 'inquiry_record', 'order', 'segment', 'customer')),
    customer_id TEXT,
    conversation_id TEXT,
    seq BIGINT,
    record_id TEXT,
    order_id TEXT,
    matched TEXT NOT NULL,
    at BIGINT NOT NULL,
    added_by TEXT,
    added_by_name TEXT NOT NULL,
    added_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX opportunity_evidence_rule ON opportunity_evidence (rule_id, reference);
CREATE UNIQUE INDEX opportunity_evidence_reference ON opportunity_evidence (opportunity_id, reference);
CREATE INDEX opportunity_evidence_at ON opportunity_evidence (opportunity_id, at, id);
CREATE INDEX opportunity_evidence_customer ON opportunity_evidence (customer_id, opportunity_id);
-- What became of one, by whom. Nothing deletes a row.
CREATE TABLE opportunity_steps (
    id TEXT NOT NULL PRIMARY KEY,
    opportunity_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    from_stage TEXT,
    to_stage TEXT,
    words TEXT,
    customers BIGINT NOT NULL,
    evidence BIGINT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX opportunity_steps_number ON opportunity_steps (opportunity_id, number);
-- What is looked for in talks and records.
CREATE TABLE opportunity_rules (
    id TEXT NOT NULL PRIMARY KEY,
    service TEXT NOT NULL,
    -- JSON: any of these was said.
    words TEXT NOT NULL,
    reason_id TEXT,
    tag TEXT,
    -- JSON: under which names or codes it stands in orders.
    sold_as TEXT NOT NULL,
    threshold BIGINT NOT NULL,
    window_days BIGINT NOT NULL,
    each_value BIGINT CHECK (each_value >= 0),
    currency TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    active BOOLEAN NOT NULL,
    -- Up to when it was looked for.
    scanned_at BIGINT,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX opportunity_rules_created ON opportunity_rules (created_at, id);
