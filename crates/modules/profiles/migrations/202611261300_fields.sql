-- What this installation keeps of its customers besides what everybody does. A field is archived, never deleted.
CREATE TABLE customer_fields (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Of which kind of customer; none: of both.
    applies_to TEXT,
    section TEXT NOT NULL,
    position BIGINT NOT NULL,
    hint TEXT NOT NULL,
    rules TEXT NOT NULL,
    personal BOOLEAN NOT NULL,
    -- The roles that may see and change it; empty: whoever may see and change the customer.
    seen_by TEXT NOT NULL,
    changed_by TEXT NOT NULL,
    archived BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
-- One value a field and customer, an alias's own among them. A row without a value says that there is none, and hides
-- what a merged file says. Erasure deletes it.
CREATE TABLE customer_field_values (
    customer_id TEXT NOT NULL,
    field_id TEXT NOT NULL,
    -- The value as JSON in its one spelling.
    value TEXT,
    -- What it is found by: a folded text, or a number.
    word TEXT,
    number BIGINT,
    source TEXT NOT NULL,
    version BIGINT NOT NULL,
    PRIMARY KEY (customer_id, field_id)
);
CREATE INDEX customer_field_values_word ON customer_field_values (field_id, word, customer_id);
CREATE INDEX customer_field_values_number ON customer_field_values (field_id, number, customer_id);
-- What became of what is known of a customer. Erasure empties what it was and became.
CREATE TABLE profile_changes (
    id TEXT NOT NULL PRIMARY KEY,
    customer_id TEXT NOT NULL,
    what TEXT NOT NULL,
    -- Of which: the field's id.
    subject TEXT NOT NULL,
    before TEXT,
    after TEXT,
    source TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT,
    at BIGINT NOT NULL
);
CREATE INDEX profile_changes_customer ON profile_changes (customer_id, at, id);
