-- What could not be read is found by when it came.
CREATE INDEX mails_unreadable ON mails (at, id) WHERE state = 'unreadable';
