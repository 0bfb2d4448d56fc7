-- Lists that are written into files, and the files, piece by piece, for some days.
CREATE TABLE customer_exports (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    columns TEXT NOT NULL,
    format TEXT NOT NULL,
    -- Numbers and addresses unmasked, as far as whoever takes it along may.
    clear BOOLEAN NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    written BIGINT NOT NULL,
    total BIGINT,
    bytes BIGINT NOT NULL,
    error TEXT,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    expires_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX customer_exports_created ON customer_exports (created_at, id);
CREATE INDEX customer_exports_owner ON customer_exports (owner_id, state);
CREATE INDEX customer_exports_expires ON customer_exports (expires_at);
CREATE TABLE customer_export_parts (
    export_id TEXT NOT NULL,
    part BIGINT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (export_id, part)
);
