-- What a customer was promised. Broken is no state: it is due before it was kept.
CREATE TABLE promises (
    id TEXT NOT NULL PRIMARY KEY,
    what TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'kept', 'withdrawn')),
    report_back BOOLEAN NOT NULL,
    customer_id TEXT,
    customer_name TEXT NOT NULL,
    conversation_id TEXT,
    record_id TEXT,
    owner_id TEXT,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    due_at BIGINT NOT NULL,
    result TEXT,
    closed_at BIGINT,
    closed_by TEXT,
    closed_by_name TEXT,
    made_by TEXT,
    made_by_name TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX promises_due ON promises (state, due_at, id);
CREATE INDEX promises_made ON promises (made_at, id);
CREATE INDEX promises_owner ON promises (owner_id, state, due_at, id);
CREATE INDEX promises_customer ON promises (customer_id, made_at, id);
CREATE INDEX promises_conversation ON promises (conversation_id, state);
CREATE INDEX promises_record ON promises (record_id, state);
