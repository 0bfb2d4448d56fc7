-- Departments and teams as a tree. A unit is never deleted, only closed.
CREATE TABLE units (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id TEXT REFERENCES units (id),
    position BIGINT NOT NULL,
    lead_id TEXT,
    created_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX units_parent ON units (parent_id);
-- One row. Another revision with every change of the tree; whoever changes the tree writes it, so
-- that two changes at once cannot both go by the old tree.
CREATE TABLE unit_revisions (
    id TEXT NOT NULL PRIMARY KEY,
    revision TEXT NOT NULL
);
INSERT INTO unit_revisions (id, revision) VALUES ('units', 'trv_00000000000000000000000001');
-- Where each unit stood, and since when.
CREATE TABLE unit_places (
    id TEXT NOT NULL PRIMARY KEY,
    unit_id TEXT NOT NULL REFERENCES units (id),
    parent_id TEXT,
    name TEXT NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT
);
CREATE INDEX unit_places_unit ON unit_places (unit_id, since);
CREATE TABLE posts (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    unit_id TEXT REFERENCES units (id),
    headcount BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- Who belonged where, and since when. The row without an end is where the person is now.
CREATE TABLE memberships (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    unit_id TEXT REFERENCES units (id),
    post_id TEXT REFERENCES posts (id),
    since BIGINT NOT NULL,
    until BIGINT
);
CREATE UNIQUE INDEX memberships_now ON memberships (user_id) WHERE until IS NULL;
CREATE INDEX memberships_user ON memberships (user_id, since);
CREATE INDEX memberships_unit ON memberships (unit_id, since);
CREATE INDEX memberships_post ON memberships (post_id);
