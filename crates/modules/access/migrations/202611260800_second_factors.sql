-- A person's second factor. Without confirmed_at it is being set up, or was taken off by an administrator.
CREATE TABLE second_factors (
    user_id TEXT NOT NULL PRIMARY KEY REFERENCES users (id),
    secret TEXT NOT NULL,
    confirmed_at BIGINT,
    last_step BIGINT NOT NULL,
    reset_at BIGINT
);
CREATE TABLE recovery_codes (
    user_id TEXT NOT NULL REFERENCES users (id),
    code_hash TEXT NOT NULL,
    PRIMARY KEY (user_id, code_hash)
);
-- Who has shown a password and must show more: good for one step of signing in, and for minutes.
CREATE TABLE sign_in_challenges (
    secret_hash TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL REFERENCES users (id),
    step TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_challenges_user ON sign_in_challenges (user_id);
CREATE INDEX sign_in_challenges_expires ON sign_in_challenges (expires_at);
-- What signing in asks for: at most one row.
CREATE TABLE sign_in_rules (
    name TEXT NOT NULL PRIMARY KEY,
    second_factor TEXT NOT NULL,
    role_ids TEXT NOT NULL,
    version BIGINT NOT NULL
);
