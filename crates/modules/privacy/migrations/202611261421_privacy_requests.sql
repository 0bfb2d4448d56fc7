-- What persons ask of their data. Overdue is no state: it is due and open.
CREATE TABLE privacy_requests (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'refused', 'taken_back')),
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    way TEXT NOT NULL,
    words TEXT NOT NULL,
    purposes TEXT NOT NULL,
    received_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    owner_id TEXT,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    identity TEXT,
    identity_at BIGINT,
    identity_by TEXT,
    identity_by_name TEXT,
    ground TEXT,
    answer TEXT,
    closed_at BIGINT,
    closed_by TEXT,
    closed_by_name TEXT,
    entered_at BIGINT NOT NULL,
    entered_by TEXT,
    entered_by_name TEXT NOT NULL,
    reminded_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX privacy_requests_due ON privacy_requests (state, due_at, id);
CREATE INDEX privacy_requests_received ON privacy_requests (received_at, id);
CREATE INDEX privacy_requests_owner ON privacy_requests (owner_id, state, due_at, id);
CREATE INDEX privacy_requests_customer ON privacy_requests (customer_id, received_at, id);

-- What a person was given a copy of, for a while.
CREATE TABLE privacy_copies (
    request_id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    body TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    until_at BIGINT NOT NULL,
    downloads BIGINT NOT NULL
);
CREATE INDEX privacy_copies_until ON privacy_copies (until_at);
CREATE INDEX privacy_copies_customer ON privacy_copies (customer_id);
