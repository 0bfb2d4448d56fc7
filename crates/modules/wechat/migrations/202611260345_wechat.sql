-- Accounts of WeChat and WeCom that customers write to.
CREATE TABLE wechat_accounts (
    id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    app_id TEXT NOT NULL,
    -- Empty for an official account.
    kf_id TEXT NOT NULL,
    sealing TEXT NOT NULL,
    welcome TEXT NOT NULL,
    base_url TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX wechat_accounts_created ON wechat_accounts (created_at, id);
CREATE UNIQUE INDEX wechat_accounts_once ON wechat_accounts (app_id, kf_id);

-- What opens them: in a table of its own, so that no reading of accounts gives it away.
CREATE TABLE wechat_secrets (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES wechat_accounts (id),
    token TEXT NOT NULL,
    aes_key TEXT NOT NULL,
    secret TEXT NOT NULL
);

-- What lets us speak to the platform, one for all nodes.
CREATE TABLE wechat_access_tokens (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES wechat_accounts (id),
    access_token TEXT NOT NULL,
    until BIGINT NOT NULL,
    claimed_until BIGINT NOT NULL
);

-- How calls to and from the platform go.
CREATE TABLE wechat_calls (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES wechat_accounts (id),
    verified_at BIGINT,
    called_at BIGINT,
    received BIGINT NOT NULL,
    refused_at BIGINT,
    refused_why TEXT,
    token_at BIGINT,
    token_until BIGINT,
    trouble TEXT,
    detail TEXT NOT NULL
);

-- How far the messages of an account of WeCom were read.
CREATE TABLE wechat_cursors (
    account_id TEXT NOT NULL PRIMARY KEY REFERENCES wechat_accounts (id),
    next_cursor TEXT NOT NULL,
    -- Goes along with the next reading, which is slow without.
    sync_token TEXT NOT NULL
);

-- Marks of calls in clear, which prove the caller but not what is said: one is good for one text.
CREATE TABLE wechat_marks (
    account_id TEXT NOT NULL,
    mark TEXT NOT NULL,
    body TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (account_id, mark)
);
CREATE INDEX wechat_marks_at ON wechat_marks (at);

-- Whom we met there, and what may still be said to them.
CREATE TABLE wechat_contacts (
    account_id TEXT NOT NULL,
    external_user TEXT NOT NULL,
    customer_id TEXT,
    conversation_id TEXT,
    union_id TEXT,
    name TEXT NOT NULL,
    asked_at BIGINT,
    follows BOOLEAN,
    until BIGINT,
    remaining BIGINT NOT NULL,
    brief_until BIGINT,
    brief_remaining BIGINT NOT NULL,
    arrived BIGINT NOT NULL,
    PRIMARY KEY (account_id, external_user)
);
CREATE INDEX wechat_contacts_customer ON wechat_contacts (customer_id);
CREATE INDEX wechat_contacts_union ON wechat_contacts (union_id);

-- What came from them: what it says until it is taken in, and for some days that it came.
CREATE TABLE wechat_arrivals (
    account_id TEXT NOT NULL,
    external_user TEXT NOT NULL,
    number BIGINT NOT NULL,
    external_id TEXT NOT NULL,
    said TEXT NOT NULL,
    at BIGINT NOT NULL,
    came_at BIGINT NOT NULL,
    taken_at BIGINT,
    PRIMARY KEY (account_id, external_user, number)
);
CREATE UNIQUE INDEX wechat_arrivals_once ON wechat_arrivals (account_id, external_id);
CREATE INDEX wechat_arrivals_came ON wechat_arrivals (came_at);
