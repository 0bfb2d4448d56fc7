//! All SQL of this module.

pub(crate) mod articles;
pub(crate) mod gaps;

use kernel::{Id, Result};
use store::{Record, Tx, params, sql};

use crate::{codes, model::CannedReply, policy::Desk};

sql! {
    INSERT(CannedReply) = "INSERT INTO canned_replies ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    UPDATE = "UPDATE canned_replies SET code = $3, title = $4, text = $5, group_name = $6, initials = $7, pinyin = $8, version = $2
        WHERE id = $1 AND version = $2 - 1";
    TAKEN = "SELECT id FROM canned_replies
        WHERE scope = $1 AND COALESCE(owner_id, unit_id, '') = COALESCE($2, $3, '') AND code = $4";
    DELETE = "DELETE FROM canned_replies WHERE id = $1";
    FIND(CannedReply) = "SELECT {cols} FROM canned_replies WHERE id = $1";
    COUNT = "SELECT count(*) FROM canned_replies WHERE scope = $1 AND COALESCE(owner_id, unit_id, '') = COALESCE($2, $3, '')";
    USE = "UPDATE canned_replies SET uses = uses + 1 WHERE id = $1";
    VISIBLE(CannedReply) = "SELECT {cols} FROM canned_replies
        WHERE scope = 'all' OR owner_id = $1 OR unit_id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
        ORDER BY code, id";
    VERSIONS = "SELECT id, version FROM canned_replies
        WHERE scope = 'all' OR owner_id = $1 OR unit_id IN (SELECT value FROM json_each(CAST($2 AS TEXT)))
        ORDER BY id";
}

/// Keeps a new one.
///
/// # Errors
/// [`codes::CODE_TAKEN`] when another there has its code.
pub(crate) fn insert(tx: &mut Tx<'_>, reply: &CannedReply) -> Result<()> {
    tx.exec_one(&INSERT, &reply.values(), codes::CODE_TAKEN)
}

/// Keeps new words.
///
/// # Errors
/// [`codes::CODE_TAKEN`]; [`codes::STALE`] when it was changed meanwhile.
pub(crate) fn save(tx: &mut Tx<'_>, reply: &CannedReply) -> Result<()> {
    let taken: Option<(Id<CannedReply>,)> =
        tx.maybe(&TAKEN, params![reply.scope, reply.owner_id, reply.unit_id, reply.code])?;
    if taken.is_some_and(|(id,)| id != reply.id) {
        return Err(codes::CODE_TAKEN.conflict());
    }
    let CannedReply { id, version, code, title, text, group_name, initials, pinyin, .. } = reply;
    tx.exec_one(&UPDATE, params![id, version, code, title, text, group_name, initials, pinyin], codes::STALE)
}

pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<CannedReply>) -> Result<()> {
    tx.exec(&DELETE, params![id]).map(drop)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<CannedReply>) -> Result<CannedReply> {
    tx.one(&FIND, params![id])
}

/// How many stand beside this one: of its person, its unit, or everybody's.
pub(crate) fn count_beside(tx: &mut Tx<'_>, reply: &CannedReply) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT, params![reply.scope, reply.owner_id, reply.unit_id])?.0)
}

pub(crate) fn count_use(tx: &mut Tx<'_>, id: Id<CannedReply>) -> Result<()> {
    tx.exec(&USE, params![id]).map(drop)
}

/// All that may be used there, by code.
pub(crate) fn visible(tx: &mut Tx<'_>, desk: &Desk) -> Result<Vec<CannedReply>> {
    tx.all(&VISIBLE, params![desk.user, units(desk)])
}

/// Which may be used there, and their versions.
pub(crate) fn versions(tx: &mut Tx<'_>, desk: &Desk) -> Result<Vec<(Id<CannedReply>, i64)>> {
    tx.all(&VERSIONS, params![desk.user, units(desk)])
}

fn units(desk: &Desk) -> String {
    let ids: Vec<_> = desk.units.iter().map(ToString::to_string).collect();
    serde_json::json!(ids).to_string()
}
