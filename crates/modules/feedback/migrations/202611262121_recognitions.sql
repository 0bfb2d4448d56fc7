-- What stands on the wall: good that customers, leads and colleagues say of somebody.
CREATE TABLE recognitions (
    id TEXT NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('customer', 'lead', 'colleague')),
    person_id TEXT,
    person_name TEXT NOT NULL,
    unit_id TEXT,
    unit_name TEXT NOT NULL,
    words TEXT NOT NULL,
    by_id TEXT,
    by_name TEXT NOT NULL,
    feedback_item_id TEXT,
    month TEXT NOT NULL,
    reward BIGINT CHECK (reward > 0),
    currency TEXT,
    rewarded_by TEXT,
    rewarded_by_name TEXT,
    rewarded_at BIGINT,
    at BIGINT NOT NULL,
    version BIGINT NOT NULL,
    CHECK (person_id IS NOT NULL OR unit_id IS NOT NULL)
);
CREATE UNIQUE INDEX recognitions_item ON recognitions (feedback_item_id);
CREATE INDEX recognitions_at ON recognitions (at, id);
CREATE INDEX recognitions_person ON recognitions (person_id, at, id);
CREATE INDEX recognitions_unit ON recognitions (unit_id, at, id);

-- What a unit may give in rewards in a month, and what of it is given. It is never overrun.
CREATE TABLE reward_budgets (
    id TEXT NOT NULL PRIMARY KEY,
    unit_id TEXT NOT NULL,
    month TEXT NOT NULL,
    amount BIGINT NOT NULL CHECK (amount >= 0),
    spent BIGINT NOT NULL CHECK (spent >= 0),
    currency TEXT NOT NULL,
    version BIGINT NOT NULL,
    CHECK (spent <= amount)
);
CREATE UNIQUE INDEX reward_budgets_month ON reward_budgets (unit_id, month);
CREATE INDEX reward_budgets_of ON reward_budgets (month, unit_id);
