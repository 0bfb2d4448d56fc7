-- The customer's own side: how they were told of the number, how they rate what was done, and their appeal.
ALTER TABLE complaints ADD COLUMN told TEXT;
ALTER TABLE complaints ADD COLUMN rating TEXT;
ALTER TABLE complaints ADD COLUMN appeal TEXT;
ALTER TABLE complaint_rules ADD COLUMN page TEXT NOT NULL DEFAULT '{}';
ALTER TABLE complaint_rules ADD COLUMN acknowledgement TEXT NOT NULL DEFAULT '{}';
