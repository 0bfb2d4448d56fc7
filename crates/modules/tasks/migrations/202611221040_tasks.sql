-- Every duty. A task without owner lies in the pool of its unit; with an owner, the unit says whose
-- scope covers it.
CREATE TABLE tasks (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    detail TEXT,
    state TEXT NOT NULL CHECK (state IN ('open', 'done', 'cancelled')),
    owner_id TEXT,
    unit_id TEXT,
    source TEXT NOT NULL,
    key TEXT,
    by_hand BOOLEAN NOT NULL,
    subject_kind TEXT,
    subject_id TEXT,
    due_at BIGINT,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    done_at BIGINT,
    done_by TEXT,
    result TEXT,
    reminded_at BIGINT,
    version BIGINT NOT NULL
);
-- A module that asks twice for one duty gets one task; without a key each is its own.
CREATE UNIQUE INDEX tasks_key ON tasks (source, key);
CREATE INDEX tasks_created ON tasks (created_at, id);
-- What has no due date comes last.
CREATE INDEX tasks_due ON tasks (state, (COALESCE(due_at, 9223372036854775807)), id);
CREATE INDEX tasks_owner ON tasks (owner_id, state, due_at);
CREATE INDEX tasks_unit ON tasks (unit_id, state, due_at);
CREATE INDEX tasks_subject ON tasks (subject_id, state);
CREATE INDEX tasks_creator ON tasks (created_by, created_at);
