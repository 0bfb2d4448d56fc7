-- By when somebody newly given to a colleague is spoken to, and whether they were.
CREATE TABLE first_contacts (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    customer_name TEXT NOT NULL,
    owner_id TEXT NOT NULL,
    owner_name TEXT NOT NULL,
    unit_id TEXT,
    state TEXT NOT NULL,
    days BIGINT NOT NULL,
    given_at BIGINT NOT NULL,
    remind_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    reminded_at BIGINT,
    contact_kind TEXT,
    contact_id TEXT,
    contact_at BIGINT,
    note TEXT NOT NULL,
    closed_at BIGINT,
    version BIGINT NOT NULL
);
-- One clock a customer runs at a time.
CREATE UNIQUE INDEX first_contacts_open ON first_contacts (customer_id) WHERE state = 'open';
CREATE INDEX first_contacts_customer ON first_contacts (customer_id, given_at);
CREATE INDEX first_contacts_due ON first_contacts (state, due_at, id);
CREATE INDEX first_contacts_remind ON first_contacts (state, remind_at, id);
CREATE INDEX first_contacts_owner ON first_contacts (owner_id, state, due_at);
