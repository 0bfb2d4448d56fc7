-- What is done often by hand, in one.
CREATE TABLE macros (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    owner_id TEXT,
    actions TEXT NOT NULL,
    uses BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX macros_owner ON macros (owner_id, name) WHERE scope = 'personal';
CREATE UNIQUE INDEX macros_all ON macros (name) WHERE scope = 'all';
