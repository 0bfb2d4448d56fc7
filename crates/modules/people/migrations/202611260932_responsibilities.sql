-- Who of which post is responsible (R), accountable (A), consulted (C) or informed (I) for what the department does.
CREATE TABLE responsibilities (
    activity TEXT NOT NULL,
    post_id TEXT NOT NULL REFERENCES posts (id),
    letters TEXT NOT NULL,
    PRIMARY KEY (activity, post_id)
);
-- One row: rises with each change.
CREATE TABLE responsibility_revisions (
    name TEXT NOT NULL PRIMARY KEY,
    version BIGINT NOT NULL
);
