-- What is to be done. A job that succeeded is deleted: the table holds what is ahead, and what died.
CREATE TABLE jobs (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('ready', 'leased', 'dead')),
    run_at BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    max_attempts BIGINT NOT NULL,
    lease_owner TEXT,
    lease_until BIGINT,
    last_error TEXT,
    unique_key TEXT,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX jobs_due ON jobs (state, run_at, id);
CREATE INDEX jobs_listed ON jobs (state, created_at, id);
-- A key is taken while its job waits, and free as soon as it runs.
CREATE UNIQUE INDEX jobs_waiting ON jobs (unique_key) WHERE unique_key IS NOT NULL AND state = 'ready';
-- Who may do what only one may do. The row stays when nobody holds it: its epoch never falls.
CREATE TABLE leases (
    name TEXT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
);
-- The newest due time each schedule has been served for.
CREATE TABLE crons (
    name TEXT NOT NULL PRIMARY KEY,
    due_at BIGINT NOT NULL
);
