-- What can be searched: folded text, and its tokens in an index that keeps no text of its own. A text
-- is found again by its time: that index grows at its end.
CREATE TABLE search_docs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    ref TEXT NOT NULL,
    at BIGINT NOT NULL,
    labels TEXT NOT NULL,
    folded TEXT NOT NULL
);
CREATE INDEX search_docs_at ON search_docs (at);
CREATE VIRTUAL TABLE search_tokens USING fts5 (
    tokens, content = '', columnsize = 0, detail = none, tokenize = 'ascii'
);
-- Many small segments before they are merged: writing is what happens all day.
INSERT INTO search_tokens (search_tokens, rank) VALUES ('automerge', 8);
