-- The form by which anybody says something, and what a suggestion that was adopted was awarded.
ALTER TABLE feedback_items ADD COLUMN award TEXT;
ALTER TABLE feedback_rules ADD COLUMN form TEXT NOT NULL DEFAULT '{}';
