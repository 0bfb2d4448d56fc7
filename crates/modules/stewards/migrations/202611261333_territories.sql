-- Who looked after whom, from when on and why.
CREATE TABLE account_handovers (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    from_id TEXT,
    from_name TEXT,
    to_id TEXT,
    to_name TEXT,
    by_id TEXT,
    by_name TEXT,
    cause TEXT NOT NULL,
    reason TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX account_handovers_customer ON account_handovers (customer_id, at, id);
-- Areas and trades, and who manages them.
CREATE TABLE territories (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    parent_id TEXT,
    manager_id TEXT,
    manager_name TEXT,
    unit_id TEXT,
    closed BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX territories_parent ON territories (parent_id);
-- What goes on in the market of a territory.
CREATE TABLE market_reports (
    id TEXT NOT NULL PRIMARY KEY,
    territory_id TEXT NOT NULL,
    territory_name TEXT NOT NULL,
    kind TEXT NOT NULL,
    news TEXT NOT NULL,
    evidence TEXT NOT NULL,
    week TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    at BIGINT NOT NULL,
    read_by TEXT,
    read_by_name TEXT,
    read_at BIGINT,
    remark TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX market_reports_at ON market_reports (at, id);
CREATE INDEX market_reports_week ON market_reports (week, at);
CREATE INDEX market_reports_territory ON market_reports (territory_id, at);
