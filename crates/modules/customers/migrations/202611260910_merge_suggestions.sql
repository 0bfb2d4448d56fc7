-- What others call a customer whatever the channel: WeChat's union id, the name by which a site proves them.
CREATE TABLE customer_marks (
    kind TEXT NOT NULL,
    mark TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (kind, mark, customer_id)
);
CREATE INDEX customer_marks_customer ON customer_marks (customer_id);
INSERT INTO customer_marks (kind, mark, customer_id, at)
    SELECT 'site', external_id, customer_id, min(created_at) FROM customer_identities
    WHERE external_id LIKE 'id:%' GROUP BY external_id, customer_id;
-- Two who may be one person, and what became of the thought. One row a pair, the smaller id first.
CREATE TABLE merge_suggestions (
    id TEXT NOT NULL PRIMARY KEY,
    one_id TEXT NOT NULL,
    other_id TEXT NOT NULL,
    reasons TEXT NOT NULL,
    state TEXT NOT NULL,
    -- Which of the two became the alias; none unless they were merged.
    alias_id TEXT,
    decided_by TEXT,
    decided_by_name TEXT,
    decided_at BIGINT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CHECK (one_id < other_id)
);
CREATE UNIQUE INDEX merge_suggestions_pair ON merge_suggestions (one_id, other_id);
CREATE INDEX merge_suggestions_other ON merge_suggestions (other_id);
CREATE INDEX merge_suggestions_state ON merge_suggestions (state, created_at, id);
-- What the one who was kept took over from the other, and what stood there before, so that a merge can be taken
-- back whole. Erasure deletes it.
CREATE TABLE customer_merges (
    alias_id TEXT NOT NULL PRIMARY KEY,
    into_id TEXT NOT NULL,
    taken TEXT NOT NULL,
    kept TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX customer_merges_into ON customer_merges (into_id);
