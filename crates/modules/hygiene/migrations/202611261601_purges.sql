-- Customers, or dead numbers and addresses, that somebody wants removed, as they were chosen; and what became of each.
CREATE TABLE purges (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('customers', 'contact_points')),
    state TEXT NOT NULL
        CHECK (state IN ('pending', 'running', 'stopped', 'done', 'rejected', 'withdrawn', 'failed')),
    reason TEXT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    removed BIGINT NOT NULL,
    skipped BIGINT NOT NULL,
    cut_off BOOLEAN NOT NULL,
    error TEXT,
    approval_id TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    created_at BIGINT NOT NULL,
    started_at BIGINT,
    ended_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX purges_created ON purges (created_at, id);
CREATE TABLE purge_items (
    purge_id TEXT NOT NULL REFERENCES purges (id),
    place BIGINT NOT NULL,
    customer_id TEXT NOT NULL,
    point_id TEXT,
    state TEXT NOT NULL CHECK (state IN ('planned', 'removed', 'skipped')),
    why TEXT,
    at BIGINT,
    PRIMARY KEY (purge_id, place)
);
CREATE INDEX purge_items_state ON purge_items (purge_id, state, place);
