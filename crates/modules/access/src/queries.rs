//! All SQL of this module but the throttle's.

use std::collections::BTreeSet;

use http::Permission;
use kernel::{Cursor, Id, Reach, Result, Scope, UserId};
use store::{Record, ToValue, Tx, params, sql};

use crate::model::{ApiToken, Role, User};

sql! {
    INSERT_USER(User) = "INSERT INTO users ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_USER(User) = "UPDATE users SET {sets} WHERE id = $1 AND version = $9 - 1";
    FIND_USER(User) = "SELECT {cols} FROM users WHERE id = $1";
    FIND_LOGIN(User) = "SELECT {cols} FROM users WHERE login = $1";
    LIST_USERS(User) = "SELECT {cols} FROM users WHERE (created_at, id) < ($1, $2)
        AND (CAST($3 AS TEXT) IS NULL OR state = $3)
        AND ($4 = '' OR instr(name, $4) > 0 OR instr(login, $4) > 0)
        ORDER BY created_at DESC, id DESC LIMIT $5";
    ANY_USER = "SELECT id FROM users LIMIT 1";
    ADMINISTRATORS = "SELECT count(*) FROM users WHERE state = 'active' AND role_id IN (SELECT id FROM roles WHERE kind = 'administrator')";

    GRANTED = "SELECT u.id, u.name FROM users u JOIN roles r ON r.id = u.role_id
        WHERE u.state = 'active' AND (r.kind = 'administrator'
            OR EXISTS (SELECT 1 FROM grants g WHERE g.role_id = r.id AND g.permission = $1))
        ORDER BY u.created_at, u.id";

    INSERT_ROLE(Role) = "INSERT INTO roles ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE_ROLE(Role) = "UPDATE roles SET {sets} WHERE id = $1 AND version = $6 - 1";
    FIND_ROLE(Role) = "SELECT {cols} FROM roles WHERE id = $1";
    FIND_ROLE_NAME(Role) = "SELECT {cols} FROM roles WHERE name = $1";
    LIST_ROLES(Role) = "SELECT {cols} FROM roles ORDER BY created_at, id";
    GRANTS = "SELECT permission, reach FROM grants WHERE role_id = $1 ORDER BY permission";
    CLEAR_GRANTS = "DELETE FROM grants WHERE role_id = $1";
    KNOWN_PERMISSIONS = "SELECT name FROM known_permissions";
    KNOW_PERMISSIONS = "INSERT INTO known_permissions (name) VALUES {rows:TEXT}";
    INSERT_GRANTS = "INSERT INTO grants (role_id, permission, reach) VALUES {rows:TEXT,TEXT,TEXT}";

    pub(crate) INSERT_SESSION = "INSERT INTO sessions (secret_hash, user_id, created_at, seen_at, expires_at, ip, user_agent) VALUES ($1, $2, $3, $3, $4, $5, $6)";
    pub(crate) SESSION = "SELECT user_id, seen_at FROM sessions WHERE secret_hash = $1 AND expires_at > $2";
    pub(crate) SEE_SESSION = "UPDATE sessions SET seen_at = $2, expires_at = $3 WHERE secret_hash = $1";
    pub(crate) END_SESSION = "DELETE FROM sessions WHERE secret_hash = $1";
    COUNT_SESSIONS = "SELECT count(*) FROM sessions WHERE user_id = $1 AND expires_at > $2";
    END_SESSIONS = "DELETE FROM sessions WHERE user_id = $1 AND secret_hash <> $2";
    pub(crate) FORGET_SESSIONS = "DELETE FROM sessions WHERE expires_at <= $1";

    INSERT_TOKEN(ApiToken) = "INSERT INTO api_tokens ({cols}) VALUES ({vals})";
    FIND_TOKEN(ApiToken) = "SELECT {cols} FROM api_tokens WHERE id = $1";
    pub(crate) TOKEN_USER = "SELECT user_id FROM api_tokens WHERE secret_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)";
    REVOKE_TOKEN = "UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL";
    LIST_TOKENS(ApiToken) = "SELECT {cols} FROM api_tokens WHERE user_id = $1 AND revoked_at IS NULL ORDER BY created_at DESC";
}

pub(crate) fn insert_user(tx: &mut Tx<'_>, user: &User) -> Result<()> {
    tx.exec_one(&INSERT_USER, &user.values(), crate::codes::LOGIN_TAKEN)
}

pub(crate) fn save_user(tx: &mut Tx<'_>, user: &User) -> Result<()> {
    tx.exec_one(&UPDATE_USER, &user.values(), crate::codes::STALE)
}

pub(crate) fn granted(tx: &mut Tx<'_>, permission: &str) -> Result<Vec<(UserId, String)>> {
    tx.all(&GRANTED, params![permission])
}

pub(crate) fn user(tx: &mut Tx<'_>, id: UserId) -> Result<User> {
    tx.one(&FIND_USER, params![id])
}

pub(crate) fn user_by_login(tx: &mut Tx<'_>, login: &str) -> Result<Option<User>> {
    tx.maybe(&FIND_LOGIN, params![login])
}

pub(crate) fn users(
    tx: &mut Tx<'_>,
    _all: &Scope,
    state: Option<&str>,
    text: &str,
    before: &Cursor,
    limit: i64,
) -> Result<Vec<User>> {
    tx.all(&LIST_USERS, params![before.key, before.id, state, text, limit])
}

pub(crate) fn any_user(tx: &mut Tx<'_>) -> Result<bool> {
    Ok(tx.maybe::<(UserId,)>(&ANY_USER, &[])?.is_some())
}

pub(crate) fn administrators(tx: &mut Tx<'_>) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&ADMINISTRATORS, &[])?.0)
}

pub(crate) fn insert_role(tx: &mut Tx<'_>, role: &Role) -> Result<()> {
    tx.exec_one(&INSERT_ROLE, &role.values(), crate::codes::ROLE_NAME_TAKEN)
}

pub(crate) fn save_role(tx: &mut Tx<'_>, role: &Role) -> Result<()> {
    if tx.maybe::<Role>(&FIND_ROLE_NAME, params![role.name])?.is_some_and(|other| other.id != role.id) {
        return Err(crate::codes::ROLE_NAME_TAKEN.conflict());
    }
    tx.exec_one(&UPDATE_ROLE, &role.values(), crate::codes::STALE)
}

pub(crate) fn role(tx: &mut Tx<'_>, id: Id<Role>) -> Result<Role> {
    tx.one(&FIND_ROLE, params![id])
}

pub(crate) fn role_by_name(tx: &mut Tx<'_>, name: &str) -> Result<Option<Role>> {
    tx.maybe(&FIND_ROLE_NAME, params![name])
}

pub(crate) fn roles(tx: &mut Tx<'_>) -> Result<Vec<Role>> {
    tx.all(&LIST_ROLES, &[])
}

pub(crate) fn grants(tx: &mut Tx<'_>, role: Id<Role>) -> Result<Vec<(String, Reach)>> {
    let rows: Vec<(String, String)> = tx.all(&GRANTS, params![role])?;
    Ok(rows.into_iter().filter_map(|(permission, reach)| Some((permission, reach_of(&reach)?))).collect())
}

pub(crate) fn set_grants(tx: &mut Tx<'_>, role: Id<Role>, grants: &[(String, Reach)]) -> Result<()> {
    tx.exec(&CLEAR_GRANTS, params![role])?;
    let reaches: Vec<_> = grants.iter().map(|(permission, reach)| (permission, reach_text(*reach))).collect();
    let rows: Vec<_> = reaches
        .iter()
        .map(|(permission, reach)| vec![role.to_value(), permission.to_value(), reach.to_value()])
        .collect();
    tx.exec_rows(&INSERT_GRANTS, &rows)
}

/// The permissions whose first grants the roles have had.
pub(crate) fn known_permissions(tx: &mut Tx<'_>) -> Result<BTreeSet<String>> {
    let names: Vec<(String,)> = tx.all(&KNOWN_PERMISSIONS, &[])?;
    Ok(names.into_iter().map(|(name,)| name).collect())
}

pub(crate) fn know_permissions(tx: &mut Tx<'_>, permissions: &[&Permission]) -> Result<()> {
    let rows: Vec<_> = permissions.iter().map(|permission| vec![permission.name.to_value()]).collect();
    tx.exec_rows(&KNOW_PERMISSIONS, &rows)
}

/// How many sessions the person has.
pub(crate) fn sessions(tx: &mut Tx<'_>, user: UserId) -> Result<i64> {
    let now = tx.now();
    Ok(tx.one::<(i64,)>(&COUNT_SESSIONS, params![user, now])?.0)
}

/// Ends the person's sessions, all but the one whose secret has this hash, and what was begun of signing in.
pub(crate) fn end_sessions(tx: &mut Tx<'_>, user: UserId, except: &str) -> Result<()> {
    tx.exec(&END_SESSIONS, params![user, except])?;
    crate::factor::end_challenges(tx, user)
}

pub(crate) fn insert_token(tx: &mut Tx<'_>, token: &ApiToken) -> Result<()> {
    tx.exec(&INSERT_TOKEN, &token.values()).map(drop)
}

pub(crate) fn token(tx: &mut Tx<'_>, id: Id<ApiToken>) -> Result<ApiToken> {
    tx.one(&FIND_TOKEN, params![id])
}

pub(crate) fn revoke_token(tx: &mut Tx<'_>, id: Id<ApiToken>) -> Result<bool> {
    let now = tx.now();
    Ok(tx.exec(&REVOKE_TOKEN, params![id, now])? == 1)
}

pub(crate) fn tokens(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<ApiToken>> {
    tx.all(&LIST_TOKENS, params![user])
}

const REACHES: [(Reach, &str); 4] =
    [(Reach::Own, "own"), (Reach::Team, "team"), (Reach::Department, "department"), (Reach::All, "all")];

fn reach_text(reach: Reach) -> &'static str {
    REACHES.iter().find(|(known, _)| *known == reach).map_or("own", |(_, text)| text)
}

fn reach_of(text: &str) -> Option<Reach> {
    REACHES.iter().find(|(_, known)| *known == text).map(|(reach, _)| *reach)
}
