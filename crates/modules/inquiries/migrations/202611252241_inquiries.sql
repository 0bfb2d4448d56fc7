-- One line for each contact: what was asked, and what came of it.
CREATE TABLE inquiry_records (
    id TEXT NOT NULL PRIMARY KEY,
    conversation_id TEXT,
    way TEXT NOT NULL CHECK (way IN ('conversation', 'phone', 'counter', 'other')),
    channel_id TEXT,
    channel_name TEXT,
    customer_id TEXT,
    customer_name TEXT NOT NULL,
    phone TEXT,
    asked TEXT NOT NULL,
    answer TEXT NOT NULL,
    reason_id TEXT,
    reason TEXT,
    outcome TEXT NOT NULL CHECK (outcome IN ('solved', 'unsolved', 'unknown')),
    owner_id TEXT,
    agent_name TEXT,
    unit_id TEXT,
    began_at BIGINT NOT NULL,
    ended_at BIGINT NOT NULL,
    -- The day's sheet it stands on, YYYY-MM-DD in the organisation's time zone.
    day TEXT NOT NULL,
    edited BOOLEAN NOT NULL,
    corrections BIGINT NOT NULL,
    created_by TEXT,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- A conversation has one at most, however often its end is heard of.
CREATE UNIQUE INDEX inquiry_records_conversation ON inquiry_records (conversation_id);
CREATE INDEX inquiry_records_ended ON inquiry_records (ended_at, id);
CREATE INDEX inquiry_records_owner ON inquiry_records (owner_id, ended_at, id);
CREATE INDEX inquiry_records_customer ON inquiry_records (customer_id, ended_at, id);
CREATE INDEX inquiry_records_day ON inquiry_records (day, unit_id, ended_at, id);
CREATE INDEX inquiry_records_reason ON inquiry_records (reason_id, ended_at, id);
-- What a record said before it was changed: JSON. Nothing but an erasure empties it.
CREATE TABLE inquiry_record_versions (
    id TEXT NOT NULL PRIMARY KEY,
    record_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    data TEXT NOT NULL,
    reason TEXT,
    replaced_by TEXT,
    replaced_by_name TEXT,
    replaced_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX inquiry_record_versions_number ON inquiry_record_versions (record_id, number);
-- A team's day that was signed.
CREATE TABLE daily_records (
    id TEXT NOT NULL PRIMARY KEY,
    -- Whose day it is, in one text: without a team too a day is signed once.
    sheet TEXT NOT NULL,
    day TEXT NOT NULL,
    unit_id TEXT,
    inquiries BIGINT NOT NULL,
    note TEXT NOT NULL,
    signed_by TEXT,
    signed_by_name TEXT NOT NULL,
    signed_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX daily_records_sheet ON daily_records (sheet);
CREATE INDEX daily_records_day ON daily_records (day, unit_id);
