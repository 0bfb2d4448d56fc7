-- Which complaints were emptied of words, names and files: when their time was over, or with their customer.
CREATE TABLE complaint_emptyings (
    complaint_id TEXT NOT NULL PRIMARY KEY,
    at BIGINT NOT NULL
);
CREATE INDEX complaints_closed ON complaints (closed_at, id) WHERE closed_at IS NOT NULL;
