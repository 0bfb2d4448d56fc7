-- Lists are walked by what they are sorted by, within each stage and tier: what narrows by those two, and by none,
-- costs the same. Aliases are in no list.
DROP INDEX customers_stage;
DROP INDEX customers_sort_name;
CREATE INDEX customers_by_name ON customers (stage, tier_rank, sort_name, id) WHERE survivor_id IS NULL;
CREATE INDEX customers_by_contact ON customers (stage, tier_rank, last_contact_at, id) WHERE survivor_id IS NULL;
CREATE INDEX customers_by_creation ON customers (stage, tier_rank, created_at, id) WHERE survivor_id IS NULL;
CREATE INDEX customers_by_worth ON customers (stage, tier_rank, worth, id) WHERE survivor_id IS NULL;
-- Those whom nobody looks after stand behind the others.
CREATE INDEX customers_by_owner ON customers (stage, tier_rank, (COALESCE(owner_id, 'zzz')), id) WHERE survivor_id IS NULL;
-- Names that are not spelt yet.
CREATE INDEX customers_unspelt ON customers (id) WHERE sort_name = '';
