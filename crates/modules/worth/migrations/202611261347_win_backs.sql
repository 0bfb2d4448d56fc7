-- Attempts to win customers back: an offer to some, nothing to others who are alike.
CREATE TABLE win_backs (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    offer TEXT NOT NULL,
    conditions TEXT NOT NULL,
    control_percent BIGINT NOT NULL,
    seed BIGINT NOT NULL,
    due_days BIGINT NOT NULL,
    began_at BIGINT NOT NULL,
    -- Until when somebody who buys came back.
    until_at BIGINT NOT NULL,
    offered BIGINT NOT NULL,
    control BIGINT NOT NULL,
    currency TEXT NOT NULL,
    owner_id TEXT,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX win_backs_began ON win_backs (began_at, id);
CREATE TABLE win_back_members (
    win_back_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    -- Whether they are offered something, or kept out to compare with.
    arm TEXT NOT NULL CHECK (arm IN ('offer', 'control')),
    owner_id TEXT,
    unit_id TEXT,
    reason TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    outcome TEXT,
    note TEXT NOT NULL,
    told_at BIGINT,
    told_by TEXT,
    PRIMARY KEY (win_back_id, customer_id)
);
CREATE INDEX win_back_members_customer ON win_back_members (customer_id, until_at);
