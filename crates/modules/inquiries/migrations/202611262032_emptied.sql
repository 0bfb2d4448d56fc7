ALTER TABLE inquiry_records ADD COLUMN emptied_at BIGINT;
CREATE INDEX inquiry_records_kept ON inquiry_records (ended_at, id) WHERE emptied_at IS NULL;
