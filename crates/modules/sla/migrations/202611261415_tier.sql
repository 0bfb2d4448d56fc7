-- To customers of which tier it applies: at least this rank; none: to all.
ALTER TABLE sla_policies ADD COLUMN tier BIGINT;
