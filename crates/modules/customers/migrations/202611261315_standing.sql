-- What lists are sorted and narrowed by. It is kept beside a customer's details, not in them: it changes with what
-- happens, and nobody's version is old because of it. 0 is never, nothing, none.
ALTER TABLE customers ADD COLUMN last_contact_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN worth BIGINT NOT NULL DEFAULT 0;
ALTER TABLE customers ADD COLUMN tier_rank BIGINT NOT NULL DEFAULT 0;
-- How the name sounds, in letters and digits alone so that every collation sorts it alike; empty until it is spelt.
ALTER TABLE customers ADD COLUMN sort_name TEXT NOT NULL DEFAULT '';
UPDATE customers SET last_contact_at = COALESCE((SELECT max(i.seen_at) FROM customer_identities i
    WHERE i.customer_id = customers.id), 0);
CREATE INDEX customers_sort_name ON customers (sort_name, id);
