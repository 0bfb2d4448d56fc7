CREATE TABLE queues (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    offer_seconds BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE presences (
    user_id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    unit_id TEXT,
    state TEXT NOT NULL,
    reason TEXT,
    capacity BIGINT NOT NULL,
    since BIGINT NOT NULL,
    -- When this person was last given work: the longest idle comes first.
    served_at BIGINT NOT NULL,
    -- The number of the last fact on the topic user:<id>.
    last_seq BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX presences_state ON presences (state);
-- A leased right to take a conversation. The epoch is that of the owner of routing who made it.
CREATE TABLE offers (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    epoch BIGINT NOT NULL,
    state TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT
);
-- A conversation is offered to one person at a time.
CREATE UNIQUE INDEX offers_open ON offers (conversation_id) WHERE state = 'open';
CREATE INDEX offers_user ON offers (user_id, state);
CREATE INDEX offers_ended ON offers (conversation_id, ended_at);
