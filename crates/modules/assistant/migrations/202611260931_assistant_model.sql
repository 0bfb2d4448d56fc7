-- The queues in whose conversations by open channels and WeChat it answers too.
ALTER TABLE assistant_settings ADD COLUMN outside TEXT NOT NULL DEFAULT '[]';
-- Whom it answered: outside of our own windows another machine may be at the other end, and is answered so often a day.
ALTER TABLE assistant_answers ADD COLUMN customer_id TEXT;
ALTER TABLE assistant_answers ADD COLUMN by_model BOOLEAN NOT NULL DEFAULT FALSE;
CREATE INDEX assistant_answers_customer ON assistant_answers (customer_id, at);
-- A language model that is asked where the written rule is not sure. One row.
CREATE TABLE assistant_models (
    name TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL,
    base_url TEXT NOT NULL,
    model TEXT NOT NULL,
    inside BOOLEAN NOT NULL,
    timeout_seconds BIGINT NOT NULL,
    daily_limit BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE assistant_model_keys (
    name TEXT NOT NULL PRIMARY KEY,
    secret TEXT NOT NULL
);
-- What it was asked, without personal data, and what it said.
CREATE TABLE assistant_questions (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    customer_id TEXT,
    seen_seq BIGINT NOT NULL,
    question TEXT NOT NULL,
    articles TEXT NOT NULL,
    sent TEXT NOT NULL,
    said TEXT NOT NULL,
    outcome TEXT,
    detail TEXT NOT NULL,
    article_id TEXT,
    asked_at BIGINT NOT NULL,
    took_ms BIGINT
);
CREATE INDEX assistant_questions_asked ON assistant_questions (asked_at, id);
CREATE INDEX assistant_questions_conversation ON assistant_questions (conversation_id);
CREATE INDEX assistant_questions_customer ON assistant_questions (customer_id);
