-- The members' own page: links to it, codes that were sent, visits that are open, and who asked how often. Digests only.
CREATE TABLE member_links (
    digest TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX member_links_expires ON member_links (expires_at);
CREATE INDEX member_links_member ON member_links (member_id);
CREATE TABLE member_challenges (
    digest TEXT NOT NULL PRIMARY KEY,
    member_id TEXT,
    code TEXT NOT NULL,
    tries BIGINT NOT NULL CHECK (tries >= 0),
    expires_at BIGINT NOT NULL
);
CREATE INDEX member_challenges_expires ON member_challenges (expires_at);
CREATE TABLE member_visits (
    digest TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX member_visits_expires ON member_visits (expires_at);
CREATE INDEX member_visits_member ON member_visits (member_id);
CREATE TABLE member_asks (
    who TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX member_asks_who ON member_asks (who, at);
CREATE INDEX member_asks_at ON member_asks (at);
