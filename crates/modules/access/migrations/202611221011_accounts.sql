-- Who there is, for the modules below: no secret of an account is in it.
CREATE VIEW accounts AS SELECT id, login, name, state FROM users;
