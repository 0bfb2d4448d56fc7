-- Directories (LDAP) whose people sign in with the password they have there.
CREATE TABLE directories (
    id TEXT NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    host TEXT NOT NULL,
    port BIGINT NOT NULL,
    security TEXT NOT NULL,
    inside BOOLEAN NOT NULL,
    certificate TEXT,
    binding TEXT NOT NULL,
    bind_name TEXT NOT NULL,
    base TEXT NOT NULL,
    filter TEXT NOT NULL,
    id_attribute TEXT NOT NULL,
    login_attribute TEXT NOT NULL,
    name_attribute TEXT NOT NULL,
    mail_attribute TEXT NOT NULL,
    department_attribute TEXT NOT NULL,
    required_group TEXT NOT NULL,
    group_roles TEXT NOT NULL,
    roles_at TEXT NOT NULL,
    creates BOOLEAN NOT NULL,
    role_id TEXT REFERENCES roles (id),
    unit_id TEXT,
    suspends BOOLEAN NOT NULL,
    state TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    version BIGINT NOT NULL
);
CREATE TABLE directory_secrets (
    directory_id TEXT NOT NULL PRIMARY KEY REFERENCES directories (id),
    secret TEXT NOT NULL
);
-- How looking for who left went last.
CREATE TABLE directory_checks (
    directory_id TEXT NOT NULL PRIMARY KEY REFERENCES directories (id),
    checked_at BIGINT NOT NULL,
    trouble TEXT,
    detail TEXT NOT NULL,
    asked BIGINT NOT NULL,
    gone BIGINT NOT NULL
);
