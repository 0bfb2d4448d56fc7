-- Mails that people write: whom besides, which messages one carries, and what it repeats.
ALTER TABLE mails ADD COLUMN cc TEXT NOT NULL DEFAULT '[]';
ALTER TABLE mails ADD COLUMN bcc TEXT NOT NULL DEFAULT '[]';
ALTER TABLE mails ADD COLUMN last_seq BIGINT;
ALTER TABLE mails ADD COLUMN quoted_id TEXT;
