-- The same done to many conversations, behind the page: what, as whom, and how far it has come.
CREATE TABLE batches (
    id TEXT NOT NULL PRIMARY KEY,
    user_id TEXT NOT NULL,
    name TEXT NOT NULL,
    actions TEXT NOT NULL,
    macro_id TEXT,
    undoes TEXT,
    state TEXT NOT NULL,
    total BIGINT NOT NULL,
    done BIGINT NOT NULL,
    refused BIGINT NOT NULL,
    undoable BIGINT NOT NULL,
    undone BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    finished_at BIGINT
);
CREATE INDEX batches_user ON batches (user_id, created_at, id);

-- One row a conversation; what came of it is written with what was done.
CREATE TABLE batch_rows (
    batch_id TEXT NOT NULL REFERENCES batches (id),
    position BIGINT NOT NULL,
    conversation_id TEXT NOT NULL,
    actions TEXT,
    outcome TEXT NOT NULL,
    refusal TEXT,
    undo TEXT,
    PRIMARY KEY (batch_id, position)
);
CREATE INDEX batch_rows_outcome ON batch_rows (batch_id, outcome, position);
