-- Which of the first roles a role began as; none for those made by hand.
ALTER TABLE roles ADD COLUMN begun_as TEXT;
UPDATE roles SET begun_as = name WHERE name IN ('administrator', 'head', 'supervisor', 'agent');
-- The permissions whose first grants the roles have had: what is not here is new to this installation.
CREATE TABLE known_permissions (
    name TEXT NOT NULL PRIMARY KEY
);
INSERT INTO known_permissions (name) SELECT DISTINCT permission FROM grants;
