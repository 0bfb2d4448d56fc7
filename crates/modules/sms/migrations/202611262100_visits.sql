-- Customers' own pages: links to them, codes that were sent, visits that are open, and who asked how often. Digests only.
-- `page` names the page, `subject` what it shows to whom.
CREATE TABLE visit_links (
    digest TEXT NOT NULL PRIMARY KEY,
    page TEXT NOT NULL,
    subject TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX visit_links_expires ON visit_links (expires_at);
CREATE INDEX visit_links_subject ON visit_links (page, subject);
CREATE TABLE visit_challenges (
    digest TEXT NOT NULL PRIMARY KEY,
    page TEXT NOT NULL,
    subject TEXT,
    customer_id TEXT,
    channel_id TEXT NOT NULL,
    words TEXT NOT NULL,
    code TEXT NOT NULL,
    tries BIGINT NOT NULL CHECK (tries >= 0),
    expires_at BIGINT NOT NULL
);
CREATE INDEX visit_challenges_expires ON visit_challenges (expires_at);
CREATE TABLE visits (
    digest TEXT NOT NULL PRIMARY KEY,
    page TEXT NOT NULL,
    subject TEXT NOT NULL,
    expires_at BIGINT NOT NULL
);
CREATE INDEX visits_expires ON visits (expires_at);
CREATE INDEX visits_subject ON visits (page, subject);
CREATE TABLE visit_asks (
    who TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX visit_asks_who ON visit_asks (who, at);
CREATE INDEX visit_asks_at ON visit_asks (at);
