-- How far it has come with them: met, a lead, a customer. Those whom somebody looks after were entered as customers.
ALTER TABLE customers ADD COLUMN stage TEXT NOT NULL DEFAULT 'contact';
UPDATE customers SET stage = 'customer' WHERE owner_id IS NOT NULL;
CREATE INDEX customers_stage ON customers (stage, created_at, id);
-- When that changed, by whom, and the talk it came from.
CREATE TABLE customer_stages (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    stage TEXT NOT NULL,
    before TEXT NOT NULL,
    words TEXT NOT NULL,
    reference TEXT,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX customer_stages_customer ON customer_stages (customer_id, at, id);
