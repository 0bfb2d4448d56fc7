-- A department's own fields on the forms of complaints and feedback: every version that ever was, so that a record is read
-- by the one it was filled by.
CREATE TABLE form_versions (
    id TEXT NOT NULL PRIMARY KEY,
    form TEXT NOT NULL CHECK (form IN ('complaint', 'suggestion', 'opinion', 'praise')),
    version BIGINT NOT NULL,
    fields TEXT NOT NULL,
    saved_by TEXT,
    saved_by_name TEXT NOT NULL,
    saved_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX form_versions_form ON form_versions (form, version);

-- What was filled in, of which thing.
CREATE TABLE form_entries (
    subject_id TEXT NOT NULL PRIMARY KEY,
    form TEXT NOT NULL,
    version BIGINT NOT NULL,
    entries TEXT NOT NULL
);
