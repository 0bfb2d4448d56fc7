-- Whose word on who somebody is counts here besides the password.
CREATE TABLE identity_providers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    issuer TEXT NOT NULL,
    client_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    scopes TEXT NOT NULL,
    login_claim TEXT NOT NULL,
    inside BOOLEAN NOT NULL,
    matches_mail BOOLEAN NOT NULL,
    creates BOOLEAN NOT NULL,
    role_id TEXT REFERENCES roles (id),
    unit_id TEXT,
    second_factor BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE identity_provider_secrets (
    provider_id TEXT NOT NULL PRIMARY KEY REFERENCES identity_providers (id),
    secret TEXT NOT NULL
);
-- Who somebody is there, and which account that is here.
CREATE TABLE identities (
    id TEXT NOT NULL PRIMARY KEY,
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id TEXT NOT NULL REFERENCES users (id),
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT
);
CREATE UNIQUE INDEX identities_subject ON identities (issuer, subject);
CREATE INDEX identities_user ON identities (user_id, issuer);
-- Who was sent to a provider and has not come back: known by what the address and the cookie say.
CREATE TABLE sign_in_journeys (
    state_hash TEXT NOT NULL PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    provider_id TEXT NOT NULL REFERENCES identity_providers (id),
    nonce TEXT NOT NULL,
    verifier TEXT NOT NULL,
    next TEXT NOT NULL,
    user_id TEXT REFERENCES users (id),
    expires_at BIGINT NOT NULL
);
CREATE INDEX sign_in_journeys_expires ON sign_in_journeys (expires_at);
CREATE INDEX sign_in_journeys_provider ON sign_in_journeys (provider_id);
