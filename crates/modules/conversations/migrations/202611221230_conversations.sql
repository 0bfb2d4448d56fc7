CREATE TABLE conversations (
    id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    state TEXT NOT NULL,
    assignee_id TEXT,
    assignee_name TEXT,
    unit_id TEXT,
    last_seq BIGINT NOT NULL,
    customer_read_seq BIGINT NOT NULL,
    agent_read_seq BIGINT NOT NULL,
    last_message_at BIGINT NOT NULL,
    preview TEXT NOT NULL,
    waiting_since BIGINT,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT,
    close_reason TEXT,
    version BIGINT NOT NULL
) WITH (fillfactor = 70);
-- A customer has one open conversation on a channel, whatever the number of tabs.
CREATE UNIQUE INDEX conversations_open ON conversations (channel_id, customer_id) WHERE closed_at IS NULL;
CREATE INDEX conversations_state ON conversations (state, opened_at, id);
CREATE INDEX conversations_assignee ON conversations (assignee_id, state, opened_at, id);
CREATE INDEX conversations_customer ON conversations (customer_id, opened_at, id);
CREATE INDEX conversations_opened ON conversations (opened_at, id);
CREATE TABLE messages (
    id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    client_id TEXT NOT NULL,
    author TEXT NOT NULL,
    author_id TEXT,
    author_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    file_id TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (conversation_id, seq)
) WITHOUT ROWID;
-- Said twice is said once.
CREATE UNIQUE INDEX messages_client ON messages (conversation_id, client_id);
