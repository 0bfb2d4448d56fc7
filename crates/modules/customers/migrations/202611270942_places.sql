-- Where people live, as two spellings of one address compare: what stands before the first number, and the numbers.
-- Erasure deletes it.
CREATE TABLE customer_places (
    customer_id TEXT NOT NULL,
    way TEXT NOT NULL,
    numbers TEXT NOT NULL,
    PRIMARY KEY (customer_id, way, numbers)
);
