-- What a service level asks of a conversation, and its moments: written with the row whenever it is written.
ALTER TABLE conversations ADD COLUMN terms TEXT;
ALTER TABLE conversations ADD COLUMN answer_warn_at BIGINT;
ALTER TABLE conversations ADD COLUMN answer_due_at BIGINT;
ALTER TABLE conversations ADD COLUMN final_warn_at BIGINT;
ALTER TABLE conversations ADD COLUMN final_due_at BIGINT;
ALTER TABLE conversations ADD COLUMN final_ms BIGINT;
ALTER TABLE conversations ADD COLUMN late_answers BIGINT NOT NULL DEFAULT 0;
-- When its clocks are looked at next: none in almost all rows, and seldom another one.
ALTER TABLE conversations ADD COLUMN alarm_at BIGINT;
CREATE INDEX conversations_alarm ON conversations (alarm_at) WHERE alarm_at IS NOT NULL;
