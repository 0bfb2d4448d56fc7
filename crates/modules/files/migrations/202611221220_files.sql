-- Files people sent. The bytes lie in the object store under the file's id.
CREATE TABLE files (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    mime TEXT NOT NULL,
    size BIGINT NOT NULL,
    sha256 TEXT NOT NULL,
    width BIGINT,
    height BIGINT,
    -- Who sent it: staff (a user), visitor (a customer) or system (a job).
    owner_kind TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    -- Since when nothing refers to it; none while something does.
    loose_since BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX files_loose ON files (loose_since) WHERE loose_since IS NOT NULL;
CREATE INDEX files_owner ON files (owner_id, created_at);
-- What refers to a file.
CREATE TABLE file_links (
    file_id TEXT NOT NULL REFERENCES files (id),
    subject_kind TEXT NOT NULL,
    subject_id TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (file_id, subject_kind, subject_id)
);
CREATE INDEX file_links_subject ON file_links (subject_kind, subject_id);
-- Keys this installation signs links with, by what they are for.
CREATE TABLE file_secrets (
    purpose TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
