-- What customers bought, as the shop or the till tells it. Nothing deletes a row.
CREATE TABLE orders (
    id TEXT NOT NULL PRIMARY KEY,
    source TEXT NOT NULL,
    -- What the source calls it; after an erasure the id.
    number TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('placed', 'completed', 'refunded_part', 'refunded', 'cancelled')),
    currency TEXT NOT NULL,
    -- Minor units.
    total BIGINT NOT NULL CHECK (total >= 0),
    refunded BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= total),
    placed_at BIGINT NOT NULL,
    lines TEXT NOT NULL,
    -- As of when the source said so.
    as_of BIGINT NOT NULL,
    taken_by TEXT,
    taken_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX orders_number ON orders (source, number);
CREATE INDEX orders_customer ON orders (customer_id, placed_at, id);
