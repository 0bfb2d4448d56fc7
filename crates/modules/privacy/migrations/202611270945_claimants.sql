-- A request may come from somebody we do not know: whom it is about is known later, or never. Who they say they are, and
-- where we looked for them.
CREATE TABLE privacy_requests_anew (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'refused', 'taken_back')),
    customer_id TEXT,
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
    version BIGINT NOT NULL,
    claimant TEXT,
    searches TEXT NOT NULL,
    nothing_held BOOLEAN NOT NULL
);
INSERT INTO privacy_requests_anew (id, kind, state, customer_id, customer_name, way, words, purposes, received_at, due_at,
        owner_id, owner_name, unit_id, identity, identity_at, identity_by, identity_by_name, ground, answer, closed_at, closed_by,
        closed_by_name, entered_at, entered_by, entered_by_name, reminded_at, version, claimant, searches, nothing_held)
    SELECT id, kind, state, customer_id, customer_name, way, words, purposes, received_at, due_at,
        owner_id, owner_name, unit_id, identity, identity_at, identity_by, identity_by_name, ground, answer, closed_at, closed_by,
        closed_by_name, entered_at, entered_by, entered_by_name, reminded_at, version, NULL, '[]', FALSE FROM privacy_requests;
DROP TABLE privacy_requests;
ALTER TABLE privacy_requests_anew RENAME TO privacy_requests;
CREATE INDEX privacy_requests_due ON privacy_requests (state, due_at, id);
CREATE INDEX privacy_requests_received ON privacy_requests (received_at, id);
CREATE INDEX privacy_requests_owner ON privacy_requests (owner_id, state, due_at, id);
CREATE INDEX privacy_requests_customer ON privacy_requests (customer_id, received_at, id);
