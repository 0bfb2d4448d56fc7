-- Mailboxes that are opened by a token of their provider rather than by a password.
ALTER TABLE mailboxes ADD COLUMN auth TEXT NOT NULL DEFAULT 'password';
CREATE TABLE mailbox_grants (
    mailbox_id TEXT NOT NULL PRIMARY KEY REFERENCES mailboxes (id),
    provider TEXT NOT NULL,
    authorize_url TEXT NOT NULL,
    token_url TEXT NOT NULL,
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    origin TEXT NOT NULL,
    inside BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    granted_at BIGINT
);

-- What it gave us: in a table of its own, so that no reading of grants gives it away.
CREATE TABLE mailbox_tokens (
    mailbox_id TEXT NOT NULL PRIMARY KEY REFERENCES mailboxes (id),
    client_secret TEXT NOT NULL,
    refresh_token TEXT NOT NULL,
    access_token TEXT NOT NULL,
    until BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL
);

-- Administrators on their way to a provider and back.
CREATE TABLE mailbox_journeys (
    state_hash TEXT NOT NULL PRIMARY KEY,
    browser_hash TEXT NOT NULL,
    mailbox_id TEXT NOT NULL REFERENCES mailboxes (id),
    user_id TEXT NOT NULL,
    verifier TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX mailbox_journeys_expires ON mailbox_journeys (expires_at);
