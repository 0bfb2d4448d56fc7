-- The organisation and its business hours: one row, there from the beginning.
CREATE TABLE organisations (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    locale TEXT NOT NULL,
    -- The slots of each day, as the API shows them; a day that is missing is closed.
    week TEXT NOT NULL,
    -- Another one with every change of what the calendar is made of: time zone, week, special days.
    calendar TEXT NOT NULL,
    version BIGINT NOT NULL
);
INSERT INTO organisations (id, name, time_zone, locale, week, calendar, version) VALUES (
    'org_00000000000000000000000001', '', 'Asia/Shanghai', 'zh-CN',
    '[{"day":1,"slots":[{"start":"09:00","end":"12:00"},{"start":"13:30","end":"18:00"}]},
      {"day":2,"slots":[{"start":"09:00","end":"12:00"},{"start":"13:30","end":"18:00"}]},
      {"day":3,"slots":[{"start":"09:00","end":"12:00"},{"start":"13:30","end":"18:00"}]},
      {"day":4,"slots":[{"start":"09:00","end":"12:00"},{"start":"13:30","end":"18:00"}]},
      {"day":5,"slots":[{"start":"09:00","end":"12:00"},{"start":"13:30","end":"18:00"}]}]',
    'crv_00000000000000000000000001', 1
);
-- Days that are not like their weekday: holidays and make-up work days.
CREATE TABLE special_days (
    id TEXT NOT NULL PRIMARY KEY,
    date TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    slots TEXT NOT NULL,
    name TEXT NOT NULL,
    source TEXT NOT NULL,
    created_at BIGINT NOT NULL
);
