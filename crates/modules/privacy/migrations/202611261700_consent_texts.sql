-- What customers agree to: texts by purpose and version. None is changed once it is kept; a later version takes its place.
CREATE TABLE consent_texts (
    id TEXT NOT NULL PRIMARY KEY,
    purpose TEXT NOT NULL,
    text_version TEXT NOT NULL,
    body TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    added_by TEXT,
    added_by_name TEXT NOT NULL,
    retired_at BIGINT,
    UNIQUE (purpose, text_version)
);
