-- How often an invitation was shown, and how often somebody came by it: by days since the epoch.
CREATE TABLE invitation_counts (
    channel_id TEXT NOT NULL REFERENCES channels (id),
    invitation TEXT NOT NULL,
    day BIGINT NOT NULL,
    shown BIGINT NOT NULL,
    accepted BIGINT NOT NULL,
    PRIMARY KEY (channel_id, invitation, day)
);
