-- The trees of root causes, one row; the shipped ones hold while there is none.
CREATE TABLE root_causes (
    id TEXT NOT NULL PRIMARY KEY,
    trees TEXT NOT NULL,
    version BIGINT NOT NULL
);

-- What the department sets.
CREATE TABLE improvement_rules (
    id TEXT NOT NULL PRIMARY KEY,
    threshold BIGINT NOT NULL,
    window_days BIGINT NOT NULL,
    watch_days BIGINT NOT NULL,
    recurrences BIGINT NOT NULL,
    due_minutes BIGINT NOT NULL,
    verify_minutes BIGINT NOT NULL,
    hour_rate BIGINT NOT NULL,
    act_minutes BIGINT NOT NULL,
    points_rate BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- Why a complaint came about, asked five times.
CREATE TABLE complaint_analyses (
    complaint_id TEXT NOT NULL PRIMARY KEY,
    cause_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    whys TEXT NOT NULL,
    responsible_unit_id TEXT,
    responsible_unit_name TEXT NOT NULL,
    responsible_id TEXT,
    responsible_name TEXT NOT NULL,
    minutes BIGINT,
    points BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL
);

-- What each complaint comes to, one narrow row beside it: costs and recovery read these and never the words.
CREATE TABLE complaint_outcomes (
    complaint_id TEXT NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    closed_day TEXT,
    customer_id TEXT,
    cause_id TEXT,
    cause TEXT,
    owner_id TEXT,
    unit_id TEXT,
    handler_id TEXT,
    handler_unit_id TEXT,
    registered_at BIGINT NOT NULL,
    closed_at BIGINT,
    acts BIGINT NOT NULL,
    minutes BIGINT,
    compensation BIGINT NOT NULL,
    points BIGINT NOT NULL,
    lost BIGINT NOT NULL,
    anonymous BOOLEAN NOT NULL,
    unreachable BOOLEAN NOT NULL,
    score BIGINT,
    bought_at BIGINT
);
-- Sums over a year of a large house are read from these alone.
CREATE INDEX complaint_outcomes_day ON complaint_outcomes (day, cause_id, minutes, acts, compensation, points, lost,
    owner_id, unit_id, handler_id, handler_unit_id);
CREATE INDEX complaint_outcomes_closed ON complaint_outcomes (closed_day, closed_at, score, bought_at, anonymous,
    unreachable, owner_id, unit_id, handler_id, handler_unit_id);
CREATE INDEX complaint_outcomes_cause ON complaint_outcomes (cause_id, registered_at);
CREATE INDEX complaint_outcomes_customer ON complaint_outcomes (customer_id, closed_at);

-- Whoever analyses a complaint of a cause waits for whoever else does: its row is locked while they count.
CREATE TABLE cause_watches (
    cause_id TEXT NOT NULL PRIMARY KEY,
    analyses BIGINT NOT NULL
);

-- What is done that a cause does not come again.
CREATE TABLE improvement_actions (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    day TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'completed', 'closed')),
    title TEXT NOT NULL,
    cause_id TEXT NOT NULL,
    cause TEXT NOT NULL,
    origin TEXT NOT NULL CHECK (origin IN ('recurrence', 'by_hand')),
    detail TEXT NOT NULL,
    complaints TEXT NOT NULL,
    owner_id TEXT,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    due_at BIGINT,
    corrective TEXT NOT NULL,
    preventive TEXT NOT NULL,
    steps TEXT NOT NULL,
    result TEXT,
    completed_at BIGINT,
    completed_by TEXT,
    completed_by_name TEXT NOT NULL,
    verifier_id TEXT,
    verification TEXT,
    closed_at BIGINT,
    reopened_at BIGINT,
    reopenings BIGINT NOT NULL,
    opened_by TEXT,
    opened_by_name TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CHECK ((state = 'open') = (completed_at IS NULL)),
    CHECK ((state = 'closed') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX improvement_actions_number ON improvement_actions (number);
CREATE INDEX improvement_actions_opened ON improvement_actions (opened_at, id);
CREATE INDEX improvement_actions_state ON improvement_actions (state, opened_at, id);
CREATE INDEX improvement_actions_owner ON improvement_actions (owner_id, opened_at, id);
CREATE INDEX improvement_actions_cause ON improvement_actions (cause_id, opened_at, id);

-- What happened to each, in order.
CREATE TABLE improvement_moves (
    id TEXT NOT NULL PRIMARY KEY,
    improvement_action_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX improvement_moves_number ON improvement_moves (improvement_action_id, number);
CREATE INDEX improvement_moves_at ON improvement_moves (at, kind);

-- The last number given on each day.
CREATE TABLE improvement_days (
    day TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);
