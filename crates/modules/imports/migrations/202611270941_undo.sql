-- Until when an import can be taken back, and how far that has come.
ALTER TABLE imports ADD COLUMN undo_until BIGINT;
ALTER TABLE imports ADD COLUMN undo TEXT;
-- What an import wrote to whom and what stood there before, deleted with it; erasure empties what stood there.
CREATE TABLE import_writes (
    import_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    -- The first line of the file that wrote to them.
    line BIGINT NOT NULL,
    created BOOLEAN NOT NULL,
    -- The version of the customer it made last.
    version BIGINT NOT NULL,
    written TEXT NOT NULL,
    -- What became of it; none: nothing was taken back yet.
    outcome TEXT,
    reasons TEXT NOT NULL,
    PRIMARY KEY (import_id, customer_id)
);
CREATE INDEX import_writes_open ON import_writes (import_id, customer_id) WHERE outcome IS NULL;
CREATE INDEX import_writes_line ON import_writes (import_id, line, customer_id);
CREATE INDEX import_writes_customer ON import_writes (customer_id);
