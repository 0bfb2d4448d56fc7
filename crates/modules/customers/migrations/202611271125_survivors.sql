-- Only of those who have one: where nearly nobody has, an index of everybody looks useless to whoever plans by it.
DROP INDEX customers_survivor;
DROP INDEX customers_merged;
CREATE INDEX customers_survivor ON customers (survivor_id) WHERE survivor_id IS NOT NULL;
CREATE INDEX customers_merged ON customers (merged_into) WHERE merged_into IS NOT NULL;
