CREATE TABLE canned_replies (
    id TEXT NOT NULL PRIMARY KEY,
    code TEXT NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    scope TEXT NOT NULL,
    owner_id TEXT,
    unit_id TEXT,
    group_name TEXT NOT NULL,
    -- Of the title, every reading of it, apart by blanks.
    initials TEXT NOT NULL,
    pinyin TEXT NOT NULL,
    uses BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- A short code means one reply to its person, its unit, or everybody.
CREATE UNIQUE INDEX canned_replies_owner ON canned_replies (owner_id, code) WHERE scope = 'personal';
CREATE UNIQUE INDEX canned_replies_unit ON canned_replies (unit_id, code) WHERE scope = 'team';
CREATE UNIQUE INDEX canned_replies_all ON canned_replies (code) WHERE scope = 'all';
