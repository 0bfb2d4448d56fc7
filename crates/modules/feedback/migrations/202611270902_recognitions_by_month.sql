-- The wall is counted by the month.
CREATE INDEX recognitions_month ON recognitions (month, unit_id);
