-- By channel first: whether anything was ever merged on one is asked at every opening.
DROP INDEX conversations_merged;
CREATE INDEX conversations_merged ON conversations (channel_id, customer_id, opened_at, id) WHERE merged_into IS NOT NULL;
