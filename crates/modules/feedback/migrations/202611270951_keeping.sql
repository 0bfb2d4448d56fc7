-- Which items were emptied of words, names and files: when their time was over, or with their customer.
CREATE TABLE feedback_emptyings (
    feedback_item_id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX feedback_items_closed ON feedback_items (closed_at, id) WHERE closed_at IS NOT NULL;
