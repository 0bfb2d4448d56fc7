-- What a customer is. No row: a person.
CREATE TABLE customer_kinds (
    customer_id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    -- The unified social credit code, GB 32100-2015.
    credit_code TEXT,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX customer_kinds_kind ON customer_kinds (kind, customer_id);
CREATE INDEX customer_kinds_code ON customer_kinds (credit_code);
-- Who speaks for an organisation. Both are files as they were linked; merges are followed where this is read.
CREATE TABLE contact_persons (
    id TEXT NOT NULL PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    role TEXT NOT NULL,
    main BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    by_name TEXT,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE UNIQUE INDEX contact_persons_pair ON contact_persons (organisation_id, person_id);
CREATE INDEX contact_persons_person ON contact_persons (person_id);
-- Where customers live, work, and have things sent. Erasure deletes it.
CREATE TABLE customer_addresses (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    main BOOLEAN NOT NULL,
    recipient TEXT NOT NULL,
    phone TEXT,
    province TEXT NOT NULL,
    city TEXT NOT NULL,
    district TEXT NOT NULL,
    line TEXT NOT NULL,
    post_code TEXT NOT NULL,
    source TEXT NOT NULL,
    version BIGINT NOT NULL
);
CREATE INDEX customer_addresses_customer ON customer_addresses (customer_id, id);
