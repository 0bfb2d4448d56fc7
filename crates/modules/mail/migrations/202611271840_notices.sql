-- What the house told by itself is only kept for a while.
CREATE INDEX mails_notices ON mails (at) WHERE kind = 'notice';
