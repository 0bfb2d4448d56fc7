-- What is done by itself.
CREATE TABLE automations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    event TEXT NOT NULL,
    spec TEXT NOT NULL,
    since BIGINT NOT NULL,
    paused_at BIGINT,
    paused_why TEXT,
    failures BIGINT NOT NULL,
    ran_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX automations_name ON automations (name);
-- Another one with each change of any of them.
CREATE TABLE automation_revisions (
    one BOOLEAN NOT NULL PRIMARY KEY,
    revision TEXT NOT NULL
);
CREATE TABLE automation_versions (
    id TEXT NOT NULL PRIMARY KEY,
    automation_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    event TEXT NOT NULL,
    spec TEXT NOT NULL,
    at BIGINT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL
);
CREATE UNIQUE INDEX automation_versions_number ON automation_versions (automation_id, version);
-- Why each ran, and what came of it. Who set it off is known by the key: the same thing does so once.
CREATE TABLE automation_runs (
    id TEXT NOT NULL PRIMARY KEY,
    automation_id TEXT NOT NULL,
    name TEXT NOT NULL,
    version BIGINT NOT NULL,
    event TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    outcome TEXT NOT NULL,
    findings TEXT NOT NULL,
    why TEXT,
    at BIGINT NOT NULL,
    run_key TEXT NOT NULL
);
CREATE UNIQUE INDEX automation_runs_key ON automation_runs (run_key);
CREATE INDEX automation_runs_at ON automation_runs (at, id);
CREATE INDEX automation_runs_automation ON automation_runs (automation_id, at, id);
CREATE INDEX automation_runs_conversation ON automation_runs (conversation_id, at, id);
