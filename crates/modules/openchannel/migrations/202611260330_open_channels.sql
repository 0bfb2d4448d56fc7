-- Where what is said on an open channel is carried to.
CREATE TABLE open_channels (
    channel_id TEXT NOT NULL PRIMARY KEY,
    callback_url TEXT,
    inside BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX open_channels_created ON open_channels (created_at, channel_id);

-- Signatures that came lately: none is taken twice.
CREATE TABLE open_channel_marks (
    mark TEXT NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);
CREATE INDEX open_channel_marks_until ON open_channel_marks (until);

-- How the calls went, by way and outcome: what whoever connects a system needs to see.
CREATE TABLE open_channel_reports (
    channel_id TEXT NOT NULL,
    way TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    count BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (channel_id, way, code)
);
