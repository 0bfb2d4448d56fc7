-- What members have, from which lots, and every movement of a point. A posting takes its points out of one account and
-- puts them into another, so that a sum other than zero cannot be written down; a lot's columns are what its postings add
-- up to, and their checks hold whoever writes.
CREATE TABLE loyalty_rules (
    version BIGINT NOT NULL PRIMARY KEY,
    rules TEXT NOT NULL,
    note TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    since BIGINT
);
CREATE TABLE loyalty_members (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL UNIQUE,
    code TEXT NOT NULL UNIQUE,
    joined_at BIGINT NOT NULL,
    birthday TEXT,
    balance BIGINT NOT NULL CHECK (balance >= 0),
    pending BIGINT NOT NULL CHECK (pending >= 0),
    debt BIGINT NOT NULL CHECK (debt >= 0),
    tier_rank BIGINT NOT NULL CHECK (tier_rank >= 0),
    tier_since BIGINT,
    grace_until BIGINT,
    qualifying BIGINT NOT NULL,
    tier_check_at BIGINT NOT NULL,
    owner_id TEXT,
    unit_id TEXT,
    version BIGINT NOT NULL
);
CREATE INDEX loyalty_members_joined ON loyalty_members (joined_at, id);
CREATE INDEX loyalty_members_balance ON loyalty_members (balance, id);
CREATE INDEX loyalty_members_tier ON loyalty_members (tier_rank, joined_at, id);
CREATE INDEX loyalty_members_check ON loyalty_members (tier_check_at, id);
CREATE INDEX loyalty_members_birthday ON loyalty_members (birthday, id);
CREATE TABLE points_entries (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,
    reference TEXT NOT NULL,
    once_key TEXT UNIQUE,
    points BIGINT NOT NULL,
    standing BIGINT NOT NULL,
    base BIGINT,
    refunded BIGINT NOT NULL CHECK (refunded >= 0),
    undone BIGINT NOT NULL CHECK (undone >= 0),
    qualifies BOOLEAN NOT NULL,
    parts TEXT NOT NULL,
    rules_version BIGINT,
    about_id TEXT,
    reason TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    CHECK (base IS NULL OR refunded <= base)
);
CREATE INDEX points_entries_member ON points_entries (member_id, at, id);
CREATE INDEX points_entries_at ON points_entries (at, id);
CREATE INDEX points_entries_about ON points_entries (about_id);
CREATE TABLE points_lots (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    entry_id TEXT NOT NULL UNIQUE,
    earned_at BIGINT NOT NULL,
    matures_at BIGINT NOT NULL,
    expires_on TEXT,
    expires_at BIGINT NOT NULL,
    points BIGINT NOT NULL CHECK (points > 0),
    pending BIGINT NOT NULL CHECK (pending >= 0),
    active BIGINT NOT NULL CHECK (active >= 0),
    spent BIGINT NOT NULL CHECK (spent >= 0),
    settled BIGINT NOT NULL CHECK (settled >= 0),
    expired BIGINT NOT NULL CHECK (expired >= 0),
    withdrawn BIGINT NOT NULL CHECK (withdrawn >= 0),
    reversed BIGINT NOT NULL CHECK (reversed >= 0),
    owed BIGINT NOT NULL CHECK (owed >= 0),
    CHECK (pending + active + spent + settled + expired + withdrawn + reversed = points),
    CHECK (reversed + owed <= points)
);
CREATE INDEX points_lots_member ON points_lots (member_id, expires_at, id);
CREATE INDEX points_lots_active ON points_lots (expires_at, id) WHERE active > 0;
CREATE INDEX points_lots_pending ON points_lots (matures_at, id) WHERE pending > 0;
CREATE TABLE points_postings (
    entry_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    lot_id TEXT NOT NULL,
    from_account TEXT NOT NULL,
    to_account TEXT NOT NULL,
    points BIGINT NOT NULL CHECK (points > 0),
    PRIMARY KEY (entry_id, seq),
    CHECK (from_account <> to_account),
    CHECK (from_account IN ('issued', 'pending', 'active', 'spent', 'expired', 'withdrawn', 'debt')),
    CHECK (to_account IN ('pending', 'active', 'spent', 'expired', 'withdrawn', 'reversed', 'debt'))
);
CREATE INDEX points_postings_lot ON points_postings (lot_id);
CREATE TABLE campaign_points (
    member_id TEXT NOT NULL,
    campaign TEXT NOT NULL,
    points BIGINT NOT NULL CHECK (points >= 0),
    PRIMARY KEY (member_id, campaign)
);
CREATE TABLE points_adjustments (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    points BIGINT NOT NULL CHECK (points <> 0),
    reason TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'done', 'refused')),
    approval_id TEXT,
    entry_id TEXT,
    by_id TEXT,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX points_adjustments_member ON points_adjustments (member_id, at, id);
CREATE TABLE tier_transitions (
    id TEXT NOT NULL PRIMARY KEY,
    member_id TEXT NOT NULL,
    from_rank BIGINT NOT NULL,
    to_rank BIGINT NOT NULL,
    reason TEXT NOT NULL CHECK (reason IN ('reached', 'grace', 'kept', 'fell', 'ended')),
    qualifying BIGINT NOT NULL,
    needed BIGINT NOT NULL,
    until BIGINT,
    rules_version BIGINT NOT NULL,
    at BIGINT NOT NULL
);
CREATE INDEX tier_transitions_member ON tier_transitions (member_id, at, id);
-- Off until somebody sets it up.
INSERT INTO loyalty_rules (version, rules, note, by_id, by_name, at, since)
VALUES (1, '{"currency":"CNY"}', '', NULL, '', 0, NULL);
