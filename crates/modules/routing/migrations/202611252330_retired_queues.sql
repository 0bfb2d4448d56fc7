-- What queues were that are no more: the figures of their days are still told by name.
CREATE TABLE retired_queues (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    everybody BOOLEAN NOT NULL,
    -- Who served it: a JSON array of ids.
    member_ids TEXT NOT NULL,
    target_seconds BIGINT NOT NULL,
    target_percent BIGINT NOT NULL,
    retired_at BIGINT NOT NULL
);
-- Spells of everybody, the latest first.
CREATE INDEX presence_spells_since ON presence_spells (since, id);
