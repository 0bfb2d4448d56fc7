-- What customers are sorted by: groups, and the tags in them. Archived, never deleted.
CREATE TABLE customer_tags (
    id TEXT NOT NULL PRIMARY KEY,
    -- The group; none for a group itself. There are two levels.
    parent_id TEXT REFERENCES customer_tags (id),
    name TEXT NOT NULL,
    colour TEXT NOT NULL,
    position BIGINT NOT NULL,
    archived BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- Who has which tag. A tag taken off stays as a row, which hides that of a merged file. Erasure deletes it.
CREATE TABLE customer_taggings (
    customer_id TEXT NOT NULL,
    tag_id TEXT NOT NULL,
    standing TEXT NOT NULL,
    evidence TEXT,
    expires_at BIGINT,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (customer_id, tag_id)
);
CREATE INDEX customer_taggings_tag ON customer_taggings (tag_id, standing, customer_id);
CREATE INDEX customer_taggings_expiry ON customer_taggings (standing, expires_at);
-- What colleagues noticed of a customer, in a sentence. Erasure empties the words.
CREATE TABLE customer_observations (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    evidence TEXT,
    expires_at BIGINT,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL,
    changed_by_name TEXT,
    changed_at BIGINT,
    state TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX customer_observations_customer ON customer_observations (customer_id, at, id);
