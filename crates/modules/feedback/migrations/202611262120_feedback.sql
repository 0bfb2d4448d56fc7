-- Suggestions, opinions and praise of customers, from when they came to what they were answered.
CREATE TABLE feedback_items (
    id TEXT NOT NULL PRIMARY KEY,
    number TEXT NOT NULL,
    day TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('suggestion', 'opinion', 'praise')),
    state TEXT NOT NULL CHECK (state IN ('received', 'assigned', 'answered', 'closed', 'converted')),
    title TEXT NOT NULL,
    content TEXT NOT NULL,
    goods TEXT,
    way TEXT NOT NULL,
    customer_id TEXT,
    customer_name TEXT NOT NULL,
    conversation_id TEXT,
    message_seq BIGINT,
    about_id TEXT,
    about_name TEXT NOT NULL,
    about_unit_id TEXT,
    about_unit_name TEXT NOT NULL,
    owner_id TEXT,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    due_at BIGINT,
    answer TEXT,
    answer_way TEXT,
    answered_by TEXT,
    answered_by_name TEXT NOT NULL,
    answered_at BIGINT,
    adopted BOOLEAN,
    adoption_reason TEXT,
    complaint_id TEXT,
    complaint_number TEXT,
    reopenings BIGINT NOT NULL,
    registered_by TEXT,
    registered_by_name TEXT NOT NULL,
    registered_unit_id TEXT,
    registered_at BIGINT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL,
    CHECK ((state = 'converted') = (complaint_id IS NOT NULL)),
    CHECK ((state IN ('closed', 'converted')) = (closed_at IS NOT NULL))
);
CREATE UNIQUE INDEX feedback_items_number ON feedback_items (number);
CREATE UNIQUE INDEX feedback_items_complaint ON feedback_items (complaint_id);
CREATE INDEX feedback_items_registered ON feedback_items (registered_at, id);
CREATE INDEX feedback_items_day ON feedback_items (day, kind);
CREATE INDEX feedback_items_kind ON feedback_items (kind, registered_at, id);
CREATE INDEX feedback_items_state ON feedback_items (state, registered_at, id);
CREATE INDEX feedback_items_owner ON feedback_items (owner_id, registered_at, id);
CREATE INDEX feedback_items_customer ON feedback_items (customer_id, registered_at, id);
CREATE INDEX feedback_items_conversation ON feedback_items (conversation_id, registered_at, id);

-- What happened to each, in order.
CREATE TABLE feedback_moves (
    id TEXT NOT NULL PRIMARY KEY,
    feedback_item_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL,
    words TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX feedback_moves_number ON feedback_moves (feedback_item_id, number);

-- The last number given on each day.
CREATE TABLE feedback_days (
    day TEXT NOT NULL PRIMARY KEY,
    last BIGINT NOT NULL
);

-- What the department sets.
CREATE TABLE feedback_rules (
    id TEXT NOT NULL PRIMARY KEY,
    minutes TEXT NOT NULL,
    levels TEXT NOT NULL,
    currency TEXT NOT NULL,
    version BIGINT NOT NULL
);
