-- What people who were entered twice with a slip share: digests of how they are called and of a part of their number
-- or address. Erasure deletes them.
CREATE TABLE customer_keys (
    key BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    PRIMARY KEY (key, customer_id)
);
CREATE INDEX customer_keys_customer ON customer_keys (customer_id);
-- A look at everybody for who was entered twice, and how far it has come.
CREATE TABLE duplicate_searches (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    total BIGINT NOT NULL,
    looked BIGINT NOT NULL,
    found BIGINT NOT NULL,
    -- Whom it looked at last.
    after_id TEXT NOT NULL,
    started_by TEXT,
    started_by_name TEXT,
    started_at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE INDEX duplicate_searches_started ON duplicate_searches (started_at, id);
CREATE UNIQUE INDEX duplicate_searches_running ON duplicate_searches (state) WHERE state = 'running';
