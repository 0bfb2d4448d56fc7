-- Consequences for somebody who answers for a complaint: with evidence, noticed, open to one appeal. They stand beside the
-- complaint and never change it.
CREATE TABLE sanctions (
    id TEXT NOT NULL PRIMARY KEY,
    complaint_id TEXT NOT NULL,
    complaint_number TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('proposed', 'noticed', 'appealed', 'stands', 'upheld', 'changed', 'withdrawn')),
    person_id TEXT NOT NULL,
    person_name TEXT NOT NULL,
    unit_id TEXT,
    part TEXT NOT NULL CHECK (part IN ('direct', 'supervising')),
    kind TEXT NOT NULL CHECK (kind IN ('retraining', 'warning', 'deduction')),
    amount BIGINT,
    currency TEXT NOT NULL,
    ground TEXT NOT NULL CHECK (ground IN ('procedure', 'negligence', 'conduct', 'concealment')),
    reason TEXT NOT NULL,
    -- JSON lists: what shows it, and what the appeal brings.
    evidence TEXT NOT NULL,
    proposed_by TEXT NOT NULL,
    proposed_by_name TEXT NOT NULL,
    proposed_at BIGINT NOT NULL,
    notice_until BIGINT NOT NULL,
    notice TEXT,
    appeal_until BIGINT,
    appeal TEXT,
    decision TEXT,
    withdrawal TEXT,
    version BIGINT NOT NULL,
    -- An amount belongs to a deduction and to nothing else; nobody is proposed for it by themselves.
    CHECK ((kind = 'deduction') = (amount IS NOT NULL)),
    CHECK (proposed_by <> person_id),
    CHECK ((state = 'proposed') = (notice IS NULL) OR state = 'withdrawn'),
    CHECK (state <> 'appealed' OR appeal IS NOT NULL)
);
CREATE INDEX sanctions_proposed ON sanctions (proposed_at, id);
CREATE INDEX sanctions_complaint ON sanctions (complaint_id, proposed_at, id);
CREATE INDEX sanctions_person ON sanctions (person_id, proposed_at, id);

-- What the department sets.
CREATE TABLE sanction_rules (
    id TEXT NOT NULL PRIMARY KEY,
    notice_days BIGINT NOT NULL,
    appeal_days BIGINT NOT NULL,
    most_deduction BIGINT NOT NULL,
    currency TEXT NOT NULL,
    version BIGINT NOT NULL
);
