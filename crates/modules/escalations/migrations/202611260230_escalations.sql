-- Who is told of what, and after how long.
CREATE TABLE escalation_ladders (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    clock TEXT NOT NULL CHECK (clock IN ('wall', 'business')),
    -- JSON, in the order they are told.
    levels TEXT NOT NULL,
    archived BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- What stands in the way. Its levels are those of its ladder when it was raised.
CREATE TABLE escalations (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('open', 'solved', 'withdrawn')),
    ladder_id TEXT NOT NULL,
    name TEXT NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    clock TEXT NOT NULL CHECK (clock IN ('wall', 'business')),
    levels TEXT NOT NULL,
    what TEXT NOT NULL,
    detail TEXT,
    conversation_id TEXT,
    customer_id TEXT,
    customer_name TEXT NOT NULL,
    raised_by TEXT NOT NULL,
    raised_by_name TEXT NOT NULL,
    unit_id TEXT,
    raised_at BIGINT NOT NULL,
    -- How many levels were told, when the next is, and who was, as JSON.
    level BIGINT NOT NULL,
    next_at BIGINT,
    told TEXT NOT NULL,
    -- Since when it is unsolved beyond its first term.
    late_since BIGINT,
    result TEXT,
    closed_at BIGINT,
    closed_by TEXT,
    closed_by_name TEXT,
    steps BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX escalations_next ON escalations (state, next_at, id);
CREATE INDEX escalations_raised ON escalations (raised_at, id);
CREATE INDEX escalations_state ON escalations (state, raised_at, id);
CREATE INDEX escalations_conversation ON escalations (conversation_id, raised_at, id);
CREATE INDEX escalations_customer ON escalations (customer_id);
-- The same by person, so that what somebody was told of can be listed.
CREATE TABLE escalation_told (
    user_id TEXT NOT NULL,
    escalation_id TEXT NOT NULL,
    PRIMARY KEY (user_id, escalation_id)
);
CREATE TABLE escalation_steps (
    escalation_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('raised', 'told', 'word', 'solved', 'withdrawn')),
    level BIGINT,
    told TEXT NOT NULL,
    text TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (escalation_id, number)
);
