-- The ways customers reach the department.
CREATE TABLE channels (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    -- JSON, shaped by the kind.
    settings TEXT NOT NULL,
    public_key TEXT NOT NULL UNIQUE,
    -- JSON list of origins; empty: any page may embed the channel.
    allowed_origins TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX channels_created ON channels (created_at, id);
-- Keys this installation signs with, by what they are for.
CREATE TABLE channel_secrets (
    purpose TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
