-- Who was emptied is in no list: an import that is taken back would leave it full of rows without a name.
DROP INDEX customers_by_name;
DROP INDEX customers_by_contact;
DROP INDEX customers_by_creation;
DROP INDEX customers_by_worth;
DROP INDEX customers_by_owner;
CREATE INDEX customers_by_name ON customers (stage, tier_rank, sort_name, id) WHERE survivor_id IS NULL AND state <> 'erased';
CREATE INDEX customers_by_contact ON customers (stage, tier_rank, last_contact_at, id) WHERE survivor_id IS NULL AND state <> 'erased';
CREATE INDEX customers_by_creation ON customers (stage, tier_rank, created_at, id) WHERE survivor_id IS NULL AND state <> 'erased';
CREATE INDEX customers_by_worth ON customers (stage, tier_rank, worth, id) WHERE survivor_id IS NULL AND state <> 'erased';
CREATE INDEX customers_by_owner ON customers (stage, tier_rank, (COALESCE(owner_id, 'zzz')), id) WHERE survivor_id IS NULL AND state <> 'erased';
