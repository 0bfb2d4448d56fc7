-- The door of the members' page is that of every page of customers' own (`visits` of sms). Links, codes and visits of
-- until now are over: they are good for days at most, and another is asked for with the number.
DROP TABLE member_links;
DROP TABLE member_challenges;
DROP TABLE member_visits;
DROP TABLE member_asks;
