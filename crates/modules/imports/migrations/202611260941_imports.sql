-- Lists of customers that somebody brought along, and what became of them.
CREATE TABLE imports (
    id TEXT NOT NULL PRIMARY KEY,
    file_id TEXT NOT NULL,
    file_name TEXT NOT NULL,
    format TEXT NOT NULL,
    sheets TEXT NOT NULL,
    state TEXT NOT NULL,
    plan TEXT NOT NULL,
    -- The line of the file up to which it is done.
    line BIGINT NOT NULL,
    lines BIGINT,
    created BIGINT NOT NULL,
    changed BIGINT NOT NULL,
    same BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    error TEXT,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    created_at BIGINT NOT NULL,
    ended_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX imports_created ON imports (created_at, id);
CREATE INDEX imports_owner ON imports (owner_id, created_at);
CREATE INDEX imports_unit ON imports (unit_id, created_at);
CREATE INDEX imports_ended ON imports (ended_at);
-- Lines that were not taken, as they stood in the file; deleted with it.
CREATE TABLE import_refusals (
    import_id TEXT NOT NULL,
    line BIGINT NOT NULL,
    reasons TEXT NOT NULL,
    cells TEXT NOT NULL,
    PRIMARY KEY (import_id, line)
);
-- Which columns were what in the last list with these headings.
CREATE TABLE import_matches (
    headings TEXT NOT NULL PRIMARY KEY,
    columns TEXT NOT NULL,
    at BIGINT NOT NULL
);
