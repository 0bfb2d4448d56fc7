-- What points are given for besides money, who was given it, and who recommended whom.
CREATE TABLE rewards (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    detail TEXT NOT NULL,
    points BIGINT NOT NULL CHECK (points > 0),
    stock BIGINT CHECK (stock >= 0),
    per_member BIGINT CHECK (per_member > 0),
    min_rank BIGINT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('offered', 'withdrawn')),
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE redemptions (
    id TEXT NOT NULL PRIMARY KEY,
    reward_id TEXT NOT NULL,
    reward_name TEXT NOT NULL,
    member_id TEXT NOT NULL,
    customer_id TEXT NOT NULL,
    points BIGINT NOT NULL CHECK (points > 0),
    entry_id TEXT NOT NULL UNIQUE,
    way TEXT NOT NULL CHECK (way IN ('desk', 'page')),
    state TEXT NOT NULL CHECK (state IN ('open', 'fulfilled', 'cancelled')),
    note TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    by_name TEXT NOT NULL,
    closed_at BIGINT,
    closed_by_name TEXT,
    owner_id TEXT,
    unit_id TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX redemptions_state ON redemptions (state, asked_at, id);
CREATE INDEX redemptions_asked ON redemptions (asked_at, id);
CREATE INDEX redemptions_member ON redemptions (member_id, asked_at, id);
CREATE TABLE referrals (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    customer_id TEXT NOT NULL UNIQUE,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'rewarded', 'beyond', 'undone')),
    order_entry_id TEXT UNIQUE,
    referrer_entry_id TEXT,
    referred_entry_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    decided_at BIGINT,
    version BIGINT NOT NULL
);
CREATE INDEX referrals_member ON referrals (member_id, at, id);
CREATE INDEX referrals_at ON referrals (at, id);
