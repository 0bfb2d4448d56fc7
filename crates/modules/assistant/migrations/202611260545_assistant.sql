-- In which queues it answers, and under which address customers read articles. One row.
CREATE TABLE assistant_settings (
    name TEXT NOT NULL PRIMARY KEY,
    queues TEXT NOT NULL,
    base_url TEXT NOT NULL,
    version BIGINT NOT NULL
);
-- How far it heard a conversation that waits.
CREATE TABLE assistant_talks (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    seen_seq BIGINT NOT NULL,
    answers BIGINT NOT NULL,
    -- The customer asked for a person.
    silent BOOLEAN NOT NULL
);
-- What it answered: no words, and no article twice in one conversation.
CREATE TABLE assistant_answers (
    conversation_id TEXT NOT NULL,
    article_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- The customer left without anybody's help, or somebody had to; none while it is open.
    outcome TEXT CHECK (outcome IN ('solved', 'handed')),
    PRIMARY KEY (conversation_id, article_id)
);
CREATE INDEX assistant_answers_article ON assistant_answers (article_id);
