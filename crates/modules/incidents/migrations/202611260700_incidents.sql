-- Something that goes wrong for many customers at once.
CREATE TABLE incidents (
    id TEXT NOT NULL PRIMARY KEY,
    state TEXT NOT NULL CHECK (state IN ('investigating', 'identified', 'mended', 'over')),
    severity TEXT NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    title TEXT NOT NULL,
    known TEXT NOT NULL,
    reply TEXT NOT NULL,
    -- JSON: the queues it touches, none of them for all; and words by which customers speak of it.
    queues TEXT NOT NULL,
    words TEXT NOT NULL,
    since BIGINT NOT NULL,
    escalation_id TEXT,
    declared_by TEXT NOT NULL,
    declared_by_name TEXT NOT NULL,
    declared_at BIGINT NOT NULL,
    mended_at BIGINT,
    ended_at BIGINT,
    linked BIGINT NOT NULL,
    steps BIGINT NOT NULL,
    -- JSON: what was found out afterwards.
    review TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX incidents_declared ON incidents (declared_at, id);
CREATE INDEX incidents_state ON incidents (state, declared_at, id);
CREATE TABLE incident_steps (
    incident_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('declared', 'changed', 'state', 'word', 'update', 'linked', 'unlinked', 'reviewed')),
    state TEXT CHECK (state IN ('investigating', 'identified', 'mended', 'over')),
    count BIGINT,
    text TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL,
    PRIMARY KEY (incident_id, number)
);
CREATE TABLE incident_links (
    incident_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    channel_kind TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    linked_at BIGINT NOT NULL,
    linked_by TEXT,
    PRIMARY KEY (incident_id, conversation_id)
);
CREATE INDEX incident_links_conversation ON incident_links (conversation_id);
CREATE INDEX incident_links_customer ON incident_links (customer_id);
-- What all linked conversations are told, and what became of it in each.
CREATE TABLE incident_updates (
    id TEXT NOT NULL PRIMARY KEY,
    incident_id TEXT NOT NULL,
    text TEXT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    done_at BIGINT
);
CREATE INDEX incident_updates_incident ON incident_updates (incident_id, at, id);
CREATE TABLE incident_sendings (
    update_id TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'said', 'left_out')),
    seq BIGINT,
    why TEXT,
    at BIGINT,
    PRIMARY KEY (update_id, conversation_id)
);
CREATE INDEX incident_sendings_state ON incident_sendings (update_id, state, conversation_id);
CREATE INDEX incident_sendings_conversation ON incident_sendings (conversation_id);
