-- What customers said their data may be used for. Nothing here is changed but emptied of its words by an erasure.
CREATE TABLE consents (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    covers TEXT NOT NULL,
    purpose TEXT NOT NULL,
    answer TEXT NOT NULL CHECK (answer IN ('given', 'withdrawn')),
    way TEXT NOT NULL,
    words TEXT NOT NULL,
    reference TEXT,
    text_version TEXT NOT NULL,
    said_at BIGINT NOT NULL,
    recorded_at BIGINT NOT NULL,
    recorded_by TEXT,
    recorded_by_name TEXT NOT NULL
);

-- Whom they must not be contacted for, until when. A later entry replaces no earlier one.
CREATE TABLE do_not_contacts (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    covers TEXT NOT NULL,
    purpose TEXT,
    until_at BIGINT,
    reason TEXT NOT NULL,
    entered_at BIGINT NOT NULL,
    entered_by TEXT,
    entered_by_name TEXT NOT NULL,
    lifted_at BIGINT,
    lifted_by TEXT,
    lifted_by_name TEXT,
    lift_reason TEXT
);

-- For every customer something was said of: of all who were one person then.
CREATE TABLE consent_members (
    customer_id TEXT NOT NULL,
    said_id TEXT NOT NULL,
    PRIMARY KEY (customer_id, said_id)
);
