-- The addresses customers write to, and the servers that hold them.
CREATE TABLE mailboxes (
    id TEXT NOT NULL PRIMARY KEY,
    channel_id TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    address TEXT NOT NULL UNIQUE,
    sender_name TEXT NOT NULL,
    state TEXT NOT NULL,
    imap_host TEXT NOT NULL,
    imap_port BIGINT NOT NULL,
    imap_security TEXT NOT NULL,
    imap_user TEXT NOT NULL,
    smtp_host TEXT NOT NULL,
    smtp_port BIGINT NOT NULL,
    smtp_security TEXT NOT NULL,
    smtp_user TEXT NOT NULL,
    certificate TEXT,
    signature TEXT NOT NULL,
    acknowledgement TEXT NOT NULL,
    quotes BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX mailboxes_created ON mailboxes (created_at, id);

-- What opens them: in a table of its own, so that no reading of mailboxes gives it away.
CREATE TABLE mailbox_secrets (
    mailbox_id TEXT NOT NULL PRIMARY KEY REFERENCES mailboxes (id),
    imap_password TEXT NOT NULL,
    smtp_password TEXT NOT NULL
);

-- How far each was fetched, and how that went.
CREATE TABLE mailbox_fetches (
    mailbox_id TEXT NOT NULL PRIMARY KEY REFERENCES mailboxes (id),
    uid_validity BIGINT NOT NULL,
    last_uid BIGINT NOT NULL,
    tried_at BIGINT,
    succeeded_at BIGINT,
    trouble TEXT,
    detail TEXT NOT NULL,
    received BIGINT NOT NULL,
    set_aside BIGINT NOT NULL,
    unreadable BIGINT NOT NULL
);

-- Every mail that came or goes.
CREATE TABLE mails (
    id TEXT NOT NULL PRIMARY KEY,
    mailbox_id TEXT NOT NULL REFERENCES mailboxes (id),
    direction TEXT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    message_id TEXT NOT NULL,
    conversation_id TEXT,
    seq BIGINT,
    customer_id TEXT,
    sender TEXT NOT NULL,
    recipients TEXT NOT NULL,
    subject TEXT NOT NULL,
    text TEXT NOT NULL,
    html TEXT,
    remote_pictures BIGINT NOT NULL,
    attachments TEXT NOT NULL,
    dropped TEXT NOT NULL,
    why TEXT NOT NULL,
    at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE UNIQUE INDEX mails_once ON mails (mailbox_id, message_id, direction);
CREATE INDEX mails_conversation ON mails (conversation_id, seq);
CREATE INDEX mails_customer ON mails (customer_id);
CREATE INDEX mails_state ON mails (mailbox_id, state, at, id);

-- Those that could not be read, as they came: base64.
CREATE TABLE mail_raws (
    mail_id TEXT NOT NULL PRIMARY KEY REFERENCES mails (id),
    raw TEXT NOT NULL
);

-- What a conversation by mail needs to go on as one thread in everybody's mail program.
CREATE TABLE mail_threads (
    conversation_id TEXT NOT NULL PRIMARY KEY,
    mailbox_id TEXT NOT NULL REFERENCES mailboxes (id),
    customer_id TEXT NOT NULL,
    token TEXT NOT NULL UNIQUE,
    subject TEXT NOT NULL,
    recipient TEXT NOT NULL,
    past TEXT NOT NULL,
    acknowledged_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX mail_threads_customer ON mail_threads (customer_id);
