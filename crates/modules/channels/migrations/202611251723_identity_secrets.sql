-- What the embedding site proves with who its visitors are: one a channel, and the one before it
-- for as long as it is still good.
CREATE TABLE channel_identity_secrets (
    channel_id TEXT NOT NULL PRIMARY KEY REFERENCES channels (id),
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    previous TEXT,
    previous_until BIGINT
);
