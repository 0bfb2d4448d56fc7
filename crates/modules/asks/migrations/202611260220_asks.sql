-- What was asked of a supervisor, and the answer.
CREATE TABLE asks (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'withdrawn')),
    question TEXT NOT NULL,
    conversation_id TEXT,
    record_id TEXT,
    customer_id TEXT,
    customer_name TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_by_name TEXT NOT NULL,
    unit_id TEXT,
    asked_at BIGINT NOT NULL,
    to_id TEXT,
    to_name TEXT,
    due_at BIGINT NOT NULL,
    answer TEXT,
    found TEXT CHECK (found IN ('knowledge', 'gap')),
    answered_by TEXT,
    answered_by_name TEXT,
    answered_at BIGINT,
    -- The reason it is sorted under, and what asks that are the same have in common.
    reason TEXT,
    likeness TEXT,
    -- The task to write it down that it counted for.
    draft_id TEXT,
    lines BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX asks_due ON asks (state, due_at, id);
CREATE INDEX asks_asked ON asks (asked_at, id);
CREATE INDEX asks_asker ON asks (asked_by, asked_at, id);
CREATE INDEX asks_to ON asks (to_id, state, due_at, id);
CREATE INDEX asks_conversation ON asks (conversation_id, asked_at, id);
CREATE INDEX asks_customer ON asks (customer_id, asked_at, id);
CREATE INDEX asks_likeness ON asks (likeness, asked_at, id);
-- What the two said to each other, in order.
CREATE TABLE ask_lines (
    ask_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('question', 'word', 'answer')),
    text TEXT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (ask_id, number)
);
