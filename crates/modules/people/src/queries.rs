//! All SQL of this module.

use kernel::{Id, Result, Scope, UnitId, UserId};
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Member, Membership, Post, TreeRevision, UnitPlace, UnitRow},
};

sql! {
    UNITS(UnitRow) = "SELECT {cols} FROM units ORDER BY position, id";
    INSERT_UNIT(UnitRow) = "INSERT INTO units ({cols}) VALUES ({vals})";
    UPDATE_UNIT(UnitRow) = "UPDATE units SET {sets} WHERE id = $1 AND version = $9 - 1";
    REVISION = "SELECT revision FROM unit_revisions";
    REVISE = "UPDATE unit_revisions SET revision = $1";
    STANDING = "SELECT r.revision, m.unit_id FROM unit_revisions r
        LEFT JOIN memberships m ON m.user_id = $1 AND m.until IS NULL";

    LEAVE_PLACE = "UPDATE unit_places SET until = $2 WHERE unit_id = $1 AND until IS NULL";
    INSERT_PLACE(UnitPlace) = "INSERT INTO unit_places ({cols}) VALUES ({vals})";
    PLACES(UnitPlace) = "SELECT {cols} FROM unit_places WHERE unit_id = $1 ORDER BY since, id";

    INSERT_POST(Post) = "INSERT INTO posts ({cols}) VALUES ({vals})";
    UPDATE_POST(Post) = "UPDATE posts SET {sets} WHERE id = $1 AND version = $6 - 1";
    FIND_POST(Post) = "SELECT {cols} FROM posts WHERE id = $1";
    POSTS(Post) = "SELECT {cols} FROM posts ORDER BY created_at, id";

    MEMBERSHIP(Membership) = "SELECT {cols} FROM memberships WHERE user_id = $1 AND until IS NULL";
    END_MEMBERSHIP = "UPDATE memberships SET until = $2 WHERE user_id = $1 AND until IS NULL";
    INSERT_MEMBERSHIP(Membership) = "INSERT INTO memberships ({cols}) VALUES ({vals})";
    MEMBERSHIPS(Membership) = "SELECT {cols} FROM memberships
        WHERE unit_id = $1 ORDER BY since DESC, id DESC LIMIT $2";
    COUNTS = "SELECT m.unit_id, count(*) FROM memberships m JOIN accounts a ON a.id = m.user_id
        WHERE m.until IS NULL AND m.unit_id IS NOT NULL AND a.state = 'active' GROUP BY m.unit_id";
    POST_COUNTS = "SELECT m.post_id, count(*) FROM memberships m JOIN accounts a ON a.id = m.user_id
        WHERE m.until IS NULL AND m.post_id IS NOT NULL AND a.state = 'active' GROUP BY m.post_id";
    ANY_MEMBER = "SELECT user_id FROM memberships WHERE unit_id = $1 AND until IS NULL LIMIT 1";
    HOLDERS = "SELECT m.user_id FROM memberships m JOIN accounts a ON a.id = m.user_id
        WHERE m.until IS NULL AND a.state = 'active' AND m.post_id = $1 ORDER BY m.user_id";
    WITHIN = "SELECT m.user_id FROM memberships m JOIN accounts a ON a.id = m.user_id
        WHERE m.until IS NULL AND a.state = 'active' AND m.unit_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        ORDER BY m.user_id";

    MEMBERS = "SELECT a.id, a.login, a.name, a.state, m.unit_id, u.name, m.post_id, p.name, m.since
        FROM accounts a
        LEFT JOIN memberships m ON m.user_id = a.id AND m.until IS NULL
        LEFT JOIN units u ON u.id = m.unit_id
        LEFT JOIN posts p ON p.id = m.post_id
        WHERE a.id > $1
          AND (CAST($2 AS BOOLEAN) OR a.id = $3 OR m.unit_id IN (SELECT value FROM json_each(CAST($4 AS TEXT))))
          AND (CAST($5 AS TEXT) IS NULL OR m.unit_id IN (SELECT value FROM json_each(CAST($5 AS TEXT))))
          AND (CAST($6 AS TEXT) IS NULL OR a.state = $6)
          AND ($7 = '' OR instr(lower(a.name), $7) > 0 OR instr(a.login, $7) > 0)
        ORDER BY a.id LIMIT $8";
    MEMBER = "SELECT a.id, a.login, a.name, a.state, m.unit_id, u.name, m.post_id, p.name, m.since
        FROM accounts a
        LEFT JOIN memberships m ON m.user_id = a.id AND m.until IS NULL
        LEFT JOIN units u ON u.id = m.unit_id
        LEFT JOIN posts p ON p.id = m.post_id
        WHERE a.id = $1";
}

/// Which colleagues a list holds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    /// As a JSON list of ids.
    pub units: Option<String>,
    pub state: Option<&'static str>,
    /// Part of a name or login, in lower case; empty for any.
    pub text: String,
    /// The last one seen; empty at first.
    pub after: String,
}

pub(crate) fn units(tx: &mut Tx<'_>) -> Result<Vec<UnitRow>> {
    tx.all(&UNITS, &[])
}

pub(crate) fn insert_unit(tx: &mut Tx<'_>, unit: &UnitRow) -> Result<()> {
    tx.exec(&INSERT_UNIT, &unit.values())?;
    revise(tx)
}

pub(crate) fn save_unit(tx: &mut Tx<'_>, unit: &UnitRow) -> Result<()> {
    tx.exec_one(&UPDATE_UNIT, &unit.values(), codes::STALE)?;
    revise(tx)
}

fn revise(tx: &mut Tx<'_>) -> Result<()> {
    let revision: Id<TreeRevision> = tx.new_id();
    tx.exec(&REVISE, params![revision]).map(drop)
}

pub(crate) fn revision(tx: &mut Tx<'_>) -> Result<Id<TreeRevision>> {
    Ok(tx.one::<(Id<TreeRevision>,)>(&REVISION, &[])?.0)
}

/// Which state the tree is in, and where the person stands in it.
pub(crate) fn standing(tx: &mut Tx<'_>, user: UserId) -> Result<(Id<TreeRevision>, Option<UnitId>)> {
    tx.one(&STANDING, params![user])
}

/// Ends where the unit stood and keeps where it stands from now on.
pub(crate) fn keep_place(tx: &mut Tx<'_>, unit: &UnitRow) -> Result<()> {
    let now = tx.now();
    tx.exec(&LEAVE_PLACE, params![unit.id, now])?;
    if unit.is_closed() {
        return Ok(());
    }
    let place = UnitPlace {
        id: tx.new_id(),
        unit_id: unit.id,
        parent_id: unit.parent_id,
        name: unit.name.clone(),
        since: now,
        until: None,
    };
    tx.exec(&INSERT_PLACE, &place.values()).map(drop)
}

pub(crate) fn places(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<UnitPlace>> {
    tx.all(&PLACES, params![unit])
}

pub(crate) fn insert_post(tx: &mut Tx<'_>, post: &Post) -> Result<()> {
    tx.exec(&INSERT_POST, &post.values()).map(drop)
}

pub(crate) fn save_post(tx: &mut Tx<'_>, post: &Post) -> Result<()> {
    tx.exec_one(&UPDATE_POST, &post.values(), codes::STALE)
}

pub(crate) fn post(tx: &mut Tx<'_>, id: Id<Post>) -> Result<Option<Post>> {
    tx.maybe(&FIND_POST, params![id])
}

pub(crate) fn posts(tx: &mut Tx<'_>) -> Result<Vec<Post>> {
    tx.all(&POSTS, &[])
}

pub(crate) fn membership(tx: &mut Tx<'_>, user: UserId) -> Result<Option<Membership>> {
    tx.maybe(&MEMBERSHIP, params![user])
}

/// Ends the person's membership and begins this one.
pub(crate) fn begin_membership(tx: &mut Tx<'_>, membership: &Membership) -> Result<()> {
    tx.exec(&END_MEMBERSHIP, params![membership.user_id, membership.since])?;
    tx.exec(&INSERT_MEMBERSHIP, &membership.values()).map(drop)
}

/// Who belonged to the unit, the latest first, at most 500.
pub(crate) fn memberships(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<Membership>> {
    tx.all(&MEMBERSHIPS, params![unit, 500_i64])
}

/// How many active people belong to each unit.
pub(crate) fn unit_counts(tx: &mut Tx<'_>) -> Result<Vec<(UnitId, i64)>> {
    tx.all(&COUNTS, &[])
}

/// How many active people hold each post.
pub(crate) fn post_counts(tx: &mut Tx<'_>) -> Result<Vec<(Id<Post>, i64)>> {
    tx.all(&POST_COUNTS, &[])
}

pub(crate) fn has_members(tx: &mut Tx<'_>, unit: UnitId) -> Result<bool> {
    Ok(tx.maybe::<(UserId,)>(&ANY_MEMBER, params![unit])?.is_some())
}

/// The active people of these units, a JSON list of ids.
pub(crate) fn people_within(tx: &mut Tx<'_>, units: &str) -> Result<Vec<UserId>> {
    Ok(tx.all::<(UserId,)>(&WITHIN, params![units])?.into_iter().map(|(user,)| user).collect())
}

pub(crate) fn holders(tx: &mut Tx<'_>, post: Id<Post>) -> Result<Vec<UserId>> {
    Ok(tx.all::<(UserId,)>(&HOLDERS, params![post])?.into_iter().map(|(user,)| user).collect())
}

pub(crate) fn members(tx: &mut Tx<'_>, scope: &Scope, filter: &Filter, limit: i64) -> Result<Vec<Member>> {
    let Filter { units, state, text, after } = filter;
    tx.all(&MEMBERS, params![after, scope.is_all(), scope.own(), scope.units_json(), units, state, text, limit])
}

/// One person, whoever asks.
pub(crate) fn member(tx: &mut Tx<'_>, user: UserId) -> Result<Member> {
    tx.one(&MEMBER, params![user])
}
