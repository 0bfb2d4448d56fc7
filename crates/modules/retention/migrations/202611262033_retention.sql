CREATE TABLE retention_terms (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- Empty where one term is for all channels.
    channel TEXT NOT NULL,
    days BIGINT,
    set_by_name TEXT NOT NULL,
    set_at BIGINT NOT NULL,
    emptied BIGINT NOT NULL,
    held BIGINT NOT NULL,
    looked_at BIGINT,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX retention_terms_kind ON retention_terms (kind, channel);
