-- Customers shared out among people: what was asked, what came of it.
CREATE TABLE allocation_runs (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    plan TEXT NOT NULL,
    outcome TEXT,
    -- How many of its moves were gone through, on the way there or back.
    done BIGINT NOT NULL,
    moved BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    error TEXT,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    created_at BIGINT NOT NULL,
    applied_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX allocation_runs_created ON allocation_runs (created_at, id);
CREATE INDEX allocation_runs_owner ON allocation_runs (owner_id, created_at);
CREATE INDEX allocation_runs_unit ON allocation_runs (unit_id, created_at);
-- Where each customer of a run goes, and why; nothing of a person but ids.
CREATE TABLE allocation_moves (
    run_id TEXT NOT NULL,
    place BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    -- Which of the run's classes: what they need.
    class BIGINT NOT NULL,
    from_id TEXT,
    to_id TEXT,
    why TEXT NOT NULL,
    state TEXT NOT NULL,
    PRIMARY KEY (run_id, place)
);
CREATE INDEX allocation_moves_to ON allocation_moves (run_id, to_id, place);
CREATE INDEX allocation_moves_why ON allocation_moves (run_id, why, place);
