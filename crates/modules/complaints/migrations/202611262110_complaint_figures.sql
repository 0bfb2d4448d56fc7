-- What is counted of each complaint, one narrow row beside it: statistics read these and never the words.
CREATE TABLE complaint_figures (
    complaint_id TEXT NOT NULL PRIMARY KEY,
    day TEXT NOT NULL,
    way TEXT NOT NULL,
    category_id TEXT,
    category TEXT,
    owner_id TEXT,
    unit_id TEXT,
    handler_id TEXT,
    handler_unit_id TEXT,
    registered_at BIGINT NOT NULL,
    acknowledged_at BIGINT,
    closed_at BIGINT,
    upheld BOOLEAN,
    late BOOLEAN NOT NULL,
    hops BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    compensation BIGINT NOT NULL,
    sign_off TEXT,
    score BIGINT,
    caused BOOLEAN NOT NULL,
    countered BOOLEAN NOT NULL
);
CREATE INDEX complaint_figures_day ON complaint_figures (day, category_id);
