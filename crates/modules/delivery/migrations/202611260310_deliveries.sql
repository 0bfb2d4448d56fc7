-- What has to be carried to customers, and what became of it: one row a message.
CREATE TABLE deliveries (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    channel_id TEXT NOT NULL,
    channel_kind TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    state TEXT NOT NULL,
    external_id TEXT,
    why_code TEXT,
    why TEXT NOT NULL,
    attempts BIGINT NOT NULL,
    next_at BIGINT,
    at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX deliveries_message ON deliveries (conversation_id, seq);
CREATE INDEX deliveries_state ON deliveries (conversation_id, state, seq);
CREATE INDEX deliveries_external ON deliveries (channel_id, external_id);
CREATE INDEX deliveries_customer ON deliveries (customer_id);

-- To whom a conversation's messages are carried, and who carries just now.
CREATE TABLE delivery_lanes (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    recipient TEXT NOT NULL,
    heard_at BIGINT,
    opened_at BIGINT NOT NULL,
    held_by TEXT,
    held_until BIGINT NOT NULL
);
CREATE INDEX delivery_lanes_recipient ON delivery_lanes (channel_id, recipient, opened_at);
CREATE INDEX delivery_lanes_customer ON delivery_lanes (customer_id);

-- What came, by a digest of the name the other side gave it: so that it is kept once.
CREATE TABLE delivery_arrivals (
    channel_id TEXT NOT NULL,
    mark TEXT NOT NULL,
    conversation_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, mark)
);
CREATE INDEX delivery_arrivals_at ON delivery_arrivals (at);
