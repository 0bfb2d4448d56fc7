-- What customers are not content with, from intake to archive. Each step leaves what it found as JSON beside the row.
CREATE TABLE complaints (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    day TEXT NOT NULL,
    step TEXT NOT NULL CHECK (step IN ('intake', 'judgement', 'investigation', 'solution', 'implementation', 'summary', 'revisit', 'archived')),
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    remedy TEXT NOT NULL,
    goods TEXT,
    happened_at BIGINT NOT NULL,
    way TEXT NOT NULL,
    customer_id TEXT,
    anonymous BOOLEAN NOT NULL,
    customer_name TEXT NOT NULL,
    conversation_id TEXT,
    message_seq BIGINT,
    severity TEXT NOT NULL,
    safety BOOLEAN NOT NULL,
    complexity TEXT NOT NULL,
    impact TEXT NOT NULL,
    brand_risk TEXT NOT NULL,
    acknowledged_at BIGINT,
    kind TEXT,
    category_id TEXT,
    category TEXT,
    upheld BOOLEAN,
    handler_id TEXT,
    handler_name TEXT NOT NULL,
    handler_unit_id TEXT,
    owner_id TEXT,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    entered_at BIGINT NOT NULL,
    due_at BIGINT,
    answer_by BIGINT,
    runs TEXT NOT NULL,
    hops BIGINT NOT NULL,
    cost BIGINT,
    judgement TEXT,
    investigation TEXT,
    options TEXT NOT NULL,
    customer_choice BIGINT,
    submission TEXT,
    directive TEXT,
    implementation TEXT,
    sign_off TEXT,
    attempts TEXT NOT NULL,
    feedback TEXT,
    summary TEXT,
    revisit TEXT,
    returns BIGINT NOT NULL,
    registered_by TEXT,
    registered_by_name TEXT NOT NULL,
    registered_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL,
    -- Somebody complains, or stays unnamed: nothing between.
    CHECK (anonymous = (customer_id IS NULL)),
    CHECK ((step = 'archived') = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX complaints_number ON complaints (number);
CREATE INDEX complaints_registered ON complaints (registered_at, id);
CREATE INDEX complaints_step ON complaints (step, registered_at, id);
CREATE INDEX complaints_owner ON complaints (owner_id, registered_at, id);
CREATE INDEX complaints_customer ON complaints (customer_id, registered_at, id);
CREATE INDEX complaints_conversation ON complaints (conversation_id, registered_at, id);

-- What happened to each, in order.
CREATE TABLE complaint_moves (
    id TEXT NOT NULL PRIMARY KEY,
    complaint_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    step TEXT NOT NULL,
    words TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX complaint_moves_number ON complaint_moves (complaint_id, number);

-- The last number given on each day.
CREATE TABLE complaint_days (
    day TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- What the department sets.
CREATE TABLE complaint_rules (
    id TEXT NOT NULL PRIMARY KEY,
    minutes TEXT NOT NULL,
    most_hops BIGINT NOT NULL,
    most_cost BIGINT NOT NULL,
    currency TEXT NOT NULL,
    most_days BIGINT NOT NULL,
    categories TEXT NOT NULL,
    version BIGINT NOT NULL
);
