-- Conversations that have to do with each other: each pair once, the smaller id first.
CREATE TABLE conversation_links (
    one_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (one_id, other_id)
);
CREATE INDEX conversation_links_other ON conversation_links (other_id);
-- What of the list somebody looks at often.
CREATE TABLE conversation_views (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    owner_id TEXT,
    filter TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX conversation_views_owner ON conversation_views (owner_id, name) WHERE scope = 'personal';
CREATE UNIQUE INDEX conversation_views_all ON conversation_views (name) WHERE scope = 'all';
