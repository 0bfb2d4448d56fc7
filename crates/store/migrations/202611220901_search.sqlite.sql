-- What can be searched: folded text, and its tokens in an index that keeps no text of its own.
CREATE TABLE search_docs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    at BIGINT NOT NULL,
    folded TEXT NOT NULL
);
CREATE UNIQUE INDEX search_docs_ref ON search_docs (ref, kind);
CREATE VIRTUAL TABLE search_tokens USING fts5 (
    tokens, content = '', contentless_delete = 1, detail = none, tokenize = 'ascii'
);
