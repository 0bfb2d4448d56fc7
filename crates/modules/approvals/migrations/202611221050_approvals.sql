-- How much each role may grant by itself, and above how much two must agree: one row, replaced whole.
CREATE TABLE authority_limits (
    id TEXT NOT NULL PRIMARY KEY,
    limits TEXT NOT NULL,
    two_person TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE approvals (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount > 0),
    currency TEXT,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    key TEXT,
    subject_kind TEXT,
    subject_id TEXT,
    applicant_id TEXT NOT NULL,
    unit_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('pending', 'approved', 'rejected', 'withdrawn')),
    needed BIGINT NOT NULL CHECK (needed BETWEEN 0 AND 2),
    due_at BIGINT,
    created_at BIGINT NOT NULL,
    decided_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX approvals_key ON approvals (source, key);
CREATE INDEX approvals_created ON approvals (created_at, id);
CREATE INDEX approvals_state ON approvals (state, created_at, id);
CREATE INDEX approvals_applicant ON approvals (applicant_id, created_at, id);
CREATE INDEX approvals_unit ON approvals (unit_id, created_at, id);
CREATE INDEX approvals_subject ON approvals (subject_id);
-- Who decided, and on whose authority: another's when it was delegated. Rows are only ever added.
CREATE TABLE approval_decisions (
    id TEXT NOT NULL PRIMARY KEY,
    approval_id TEXT NOT NULL REFERENCES approvals (id),
    decision TEXT NOT NULL CHECK (decision IN ('approve', 'reject')),
    comment TEXT,
    decided_by TEXT NOT NULL,
    in_name_of TEXT NOT NULL,
    decided_at BIGINT NOT NULL,
    UNIQUE (approval_id, decided_by),
    UNIQUE (approval_id, in_name_of)
);
CREATE TABLE delegations (
    id TEXT NOT NULL PRIMARY KEY,
    delegator_id TEXT NOT NULL,
    delegate_id TEXT NOT NULL CHECK (delegate_id <> delegator_id),
    kinds TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at BIGINT NOT NULL CHECK (ends_at > starts_at),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);
CREATE INDEX delegations_delegate ON delegations (delegate_id, ends_at);
CREATE INDEX delegations_delegator ON delegations (delegator_id, created_at, id);
