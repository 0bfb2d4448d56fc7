-- What modules know of customers, by columns: a number for each customer, and of each attribute a piece for every 4,096
-- of them. All of it is made of what other modules hold, and can be made anew.
CREATE TABLE segment_customers (
    number BIGINT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL
);
CREATE UNIQUE INDEX segment_customers_customer ON segment_customers (customer_id);
CREATE TABLE segment_columns (
    attribute TEXT NOT NULL,
    block BIGINT NOT NULL,
    data BYTEA NOT NULL,
    PRIMARY KEY (attribute, block)
);
-- The values of choices and sets, a number each.
CREATE TABLE segment_words (
    number BIGINT NOT NULL PRIMARY KEY,
    attribute TEXT NOT NULL,
    word TEXT NOT NULL
);
CREATE UNIQUE INDEX segment_words_word ON segment_words (attribute, word);
-- Whose values are to be asked for again.
CREATE TABLE segment_changes (
    customer_id TEXT NOT NULL PRIMARY KEY,
    mark BIGINT NOT NULL
);
CREATE TABLE segments (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    rule TEXT NOT NULL,
    shared BOOLEAN NOT NULL,
    owner_id TEXT,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    created_at BIGINT NOT NULL,
    changed_at BIGINT NOT NULL,
    -- Since when it is put away; it is forgotten a month later.
    removed_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX segments_owner ON segments (owner_id, created_at, id);
CREATE INDEX segments_created ON segments (created_at, id);
-- Who was in it when it was last kept, whoever may see them: a bit a customer.
CREATE TABLE segment_members (
    segment_id TEXT NOT NULL,
    block BIGINT NOT NULL,
    bits BYTEA NOT NULL,
    PRIMARY KEY (segment_id, block)
);
-- Who came and who went on a day, by numbers. Kept for four hundred days.
CREATE TABLE segment_days (
    segment_id TEXT NOT NULL,
    day TEXT NOT NULL,
    members BIGINT NOT NULL,
    came BYTEA NOT NULL,
    went BYTEA NOT NULL,
    PRIMARY KEY (segment_id, day)
);
CREATE INDEX segment_days_day ON segment_days (day);
