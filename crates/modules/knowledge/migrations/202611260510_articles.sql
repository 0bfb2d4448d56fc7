-- Under which articles are listed; at most two levels.
CREATE TABLE article_categories (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    parent_id TEXT,
    position BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- What is known, as it stands: of the published version, or while there is none of the one being written.
CREATE TABLE articles (
    id TEXT NOT NULL PRIMARY KEY,
    title TEXT NOT NULL,
    answer TEXT NOT NULL,
    category_id TEXT,
    audience TEXT NOT NULL CHECK (audience IN ('public', 'internal')),
    unit_id TEXT,
    verify_until BIGINT,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    -- The version in force, and the newer one that is being written or reviewed.
    published_id TEXT,
    working_id TEXT,
    working_state TEXT CHECK (working_state IN ('draft', 'in_review')),
    archived_at BIGINT,
    versions BIGINT NOT NULL,
    helpful BIGINT NOT NULL,
    unhelpful BIGINT NOT NULL,
    uses BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    published_at BIGINT,
    -- For which end of being verified the owner was asked.
    asked_until BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX articles_changed ON articles (changed_at, id);
CREATE INDEX articles_category ON articles (category_id, changed_at, id);
CREATE INDEX articles_verify ON articles (verify_until, id);
CREATE TABLE article_versions (
    id TEXT NOT NULL PRIMARY KEY,
    article_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('draft', 'in_review', 'published', 'replaced', 'dropped')),
    title TEXT NOT NULL,
    answer TEXT NOT NULL,
    body TEXT NOT NULL,
    keywords TEXT NOT NULL,
    category_id TEXT,
    audience TEXT NOT NULL CHECK (audience IN ('public', 'internal')),
    unit_id TEXT,
    verify_until BIGINT,
    written_by TEXT NOT NULL,
    written_by_name TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    changed_by TEXT NOT NULL,
    changed_by_name TEXT NOT NULL,
    changed_at BIGINT NOT NULL,
    reviewed_by TEXT,
    reviewed_by_name TEXT,
    reviewed_at BIGINT,
    -- Why the reviewer gave it back.
    returned TEXT
);
CREATE UNIQUE INDEX article_versions_number ON article_versions (article_id, number);
-- What stands in articles in force, to find those that are like what somebody wrote.
CREATE TABLE article_terms (
    term TEXT NOT NULL,
    article_id TEXT NOT NULL,
    -- Whether it stands in the title or is a keyword.
    head BOOLEAN NOT NULL,
    PRIMARY KEY (term, article_id)
);
CREATE INDEX article_terms_article ON article_terms (article_id);
CREATE TABLE article_votes (
    article_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    -- Empty for none.
    conversation_id TEXT NOT NULL,
    helpful BOOLEAN NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (article_id, user_id, conversation_id)
);
-- What was looked for and not found.
CREATE TABLE knowledge_gaps (
    id TEXT NOT NULL PRIMARY KEY,
    question TEXT NOT NULL,
    -- The question as it is compared: of open gaps one each.
    folded TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'writing', 'closed', 'dismissed')),
    times BIGINT NOT NULL,
    customer_id TEXT,
    article_id TEXT,
    reason TEXT,
    created_at BIGINT NOT NULL,
    last_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX knowledge_gaps_last ON knowledge_gaps (last_at, id);
CREATE INDEX knowledge_gaps_folded ON knowledge_gaps (folded, state);
CREATE INDEX knowledge_gaps_article ON knowledge_gaps (article_id);
CREATE INDEX knowledge_gaps_customer ON knowledge_gaps (customer_id);
CREATE TABLE knowledge_gap_reports (
    gap_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    source TEXT NOT NULL CHECK (source IN ('desk', 'search', 'asks')),
    by_id TEXT,
    by_name TEXT NOT NULL,
    conversation_id TEXT,
    customer_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (gap_id, number)
);
