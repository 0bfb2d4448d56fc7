-- People served. A row is never deleted: merging makes it an alias, erasure empties it.
CREATE TABLE customers (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    -- The name as searches compare it.
    folded TEXT NOT NULL,
    phone TEXT,
    email TEXT,
    note TEXT NOT NULL,
    owner_id TEXT,
    unit_id TEXT,
    -- Whom a person said this one is; none for somebody in their own right.
    merged_into TEXT REFERENCES customers (id),
    -- Where following merged_into ends.
    survivor_id TEXT REFERENCES customers (id),
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CHECK ((merged_into IS NULL) = (survivor_id IS NULL)),
    CHECK (survivor_id IS NULL OR survivor_id <> id)
);
CREATE INDEX customers_created ON customers (created_at, id);
CREATE INDEX customers_owner ON customers (owner_id, created_at);
CREATE INDEX customers_unit ON customers (unit_id, created_at);
CREATE INDEX customers_phone ON customers (phone);
CREATE INDEX customers_email ON customers (email);
CREATE INDEX customers_survivor ON customers (survivor_id);
CREATE INDEX customers_merged ON customers (merged_into);
-- Who a customer is on a channel. Written before the customer it names: of two nodes that meet a
-- stranger at once, the one that gets its row in makes the customer. Erasure deletes it.
CREATE TABLE customer_identities (
    channel_id TEXT NOT NULL,
    external_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    name TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, external_id)
);
CREATE INDEX customer_identities_customer ON customer_identities (customer_id);
