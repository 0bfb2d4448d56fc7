-- How many of a hundred customers should be answered within target_seconds.
ALTER TABLE queues ADD COLUMN target_percent BIGINT NOT NULL DEFAULT 80;
