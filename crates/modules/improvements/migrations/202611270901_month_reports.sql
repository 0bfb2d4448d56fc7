-- What a unit, or the whole house (an empty key), says of a month.
CREATE TABLE month_reports (
    id TEXT NOT NULL PRIMARY KEY,
    month TEXT NOT NULL,
    unit_key TEXT NOT NULL,
    summary TEXT NOT NULL,
    measures TEXT NOT NULL,
    revisions BIGINT NOT NULL,
    written_by TEXT NOT NULL,
    written_by_name TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    signed_at BIGINT,
    version BIGINT NOT NULL,
    CHECK ((revisions > 0) = (signed_at IS NOT NULL))
);
CREATE UNIQUE INDEX month_reports_month ON month_reports (unit_key, month);

-- As it was signed, with the figures of then. Nothing changes or deletes one.
CREATE TABLE month_revisions (
    id TEXT NOT NULL PRIMARY KEY,
    month_report_id TEXT NOT NULL,
    number BIGINT NOT NULL,
    summary TEXT NOT NULL,
    measures TEXT NOT NULL,
    figures TEXT NOT NULL,
    reason TEXT NOT NULL,
    differences TEXT NOT NULL,
    by_id TEXT NOT NULL,
    by_name TEXT NOT NULL,
    at BIGINT NOT NULL
);
CREATE UNIQUE INDEX month_revisions_number ON month_revisions (month_report_id, number);
