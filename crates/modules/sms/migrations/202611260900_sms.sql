-- How text messages come to a channel and go from it.
CREATE TABLE sms_gateways (
    channel_id TEXT NOT NULL PRIMARY KEY,
    driver TEXT NOT NULL,
    -- What customers see it comes from; empty: what the gateway says.
    number TEXT NOT NULL,
    prefix TEXT NOT NULL,
    alphabet TEXT NOT NULL,
    -- JSON lists.
    opt_out_words TEXT NOT NULL,
    opt_in_words TEXT NOT NULL,
    opt_out_answer TEXT NOT NULL,
    opt_in_answer TEXT NOT NULL,
    url TEXT,
    host TEXT NOT NULL,
    port BIGINT NOT NULL,
    tls BOOLEAN NOT NULL,
    inside BOOLEAN NOT NULL,
    system_id TEXT NOT NULL,
    system_type TEXT NOT NULL,
    in_flight BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX sms_gateways_created ON sms_gateways (created_at, channel_id);

-- What opens an SMPP line: in a table of its own, so that no reading of gateways gives it away.
CREATE TABLE sms_secrets (
    channel_id TEXT NOT NULL PRIMARY KEY,
    password TEXT NOT NULL
);

-- How the lines stand.
CREATE TABLE sms_links (
    channel_id TEXT NOT NULL PRIMARY KEY,
    connected_at BIGINT,
    tried_at BIGINT,
    trouble TEXT,
    detail TEXT NOT NULL,
    came_at BIGINT,
    went_at BIGINT
);

-- Numbers that want no messages: by a digest, so that the wish outlives what is known of the customer.
CREATE TABLE sms_opt_outs (
    id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL,
    mark TEXT NOT NULL,
    masked TEXT NOT NULL,
    customer_id TEXT,
    way TEXT NOT NULL,
    word TEXT NOT NULL,
    reason TEXT NOT NULL,
    answer_in TEXT,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX sms_opt_outs_once ON sms_opt_outs (channel_id, mark);
CREATE INDEX sms_opt_outs_at ON sms_opt_outs (at, id);
CREATE INDEX sms_opt_outs_customer ON sms_opt_outs (customer_id);

-- Single messages outside any conversation.
CREATE TABLE sms_messages (
    id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL,
    customer_id TEXT,
    phone TEXT NOT NULL,
    purpose TEXT NOT NULL,
    reference TEXT NOT NULL,
    text TEXT NOT NULL,
    state TEXT NOT NULL,
    why TEXT,
    attempts BIGINT NOT NULL,
    at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE INDEX sms_messages_customer ON sms_messages (customer_id);
CREATE INDEX sms_messages_at ON sms_messages (at);

-- Parts of messages on an SMPP line.
CREATE TABLE sms_parts (
    message_id TEXT NOT NULL,
    part BIGINT NOT NULL,
    parts BIGINT NOT NULL,
    channel_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    coding BIGINT NOT NULL,
    octets TEXT NOT NULL,
    state TEXT NOT NULL,
    external_id TEXT,
    why TEXT,
    detail TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (message_id, part)
);
CREATE INDEX sms_parts_state ON sms_parts (channel_id, state, at, message_id, part);
CREATE INDEX sms_parts_external ON sms_parts (channel_id, external_id);
CREATE INDEX sms_parts_at ON sms_parts (at);

-- Parts that came, until all of a message are there.
CREATE TABLE sms_fragments (
    channel_id TEXT NOT NULL,
    phone TEXT NOT NULL,
    reference BIGINT NOT NULL,
    total BIGINT NOT NULL,
    number BIGINT NOT NULL,
    coding BIGINT NOT NULL,
    octets TEXT NOT NULL,
    external_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, phone, reference, total, number)
);
CREATE INDEX sms_fragments_at ON sms_fragments (at);

-- What came lately, so that it is taken once.
CREATE TABLE sms_heard (
    channel_id TEXT NOT NULL,
    mark TEXT NOT NULL,
    session TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, mark)
);
CREATE INDEX sms_heard_at ON sms_heard (at);
