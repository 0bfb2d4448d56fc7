-- Complaints are counted and listed by the day they were taken in.
CREATE INDEX complaints_day ON complaints (day, registered_at, id);
