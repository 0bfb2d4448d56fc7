//! Directories as they are kept.

use kernel::{Id, Result};
use store::{Record, Tx, params, sql};

use super::{Directory, DirectoryCheck};
use crate::{
    codes,
    identity::{self, Identity},
    model::{RoleKind, User},
    queries,
};

/// A directory with the password of our account there.
#[derive(Clone)]
pub(crate) struct Relation {
    pub(crate) directory: Directory,
    /// Empty where there is none.
    pub(crate) password: String,
}

sql! {
    INSERT(Directory) = "INSERT INTO directories ({cols}) VALUES ({vals})";
    UPDATE(Directory) = "UPDATE directories SET {sets} WHERE id = $1 AND version = $26 - 1";
    FIND(Directory) = "SELECT {cols} FROM directories WHERE id = $1";
    LIST(Directory) = "SELECT {cols} FROM directories ORDER BY created_at, id";
    DELETE = "DELETE FROM directories WHERE id = $1";
    PASSWORD = "SELECT secret FROM directory_secrets WHERE directory_id = $1";
    SAVE_PASSWORD = "INSERT INTO directory_secrets (directory_id, secret) VALUES ($1, $2) ON CONFLICT (directory_id) DO UPDATE SET secret = excluded.secret";
    DELETE_PASSWORD = "DELETE FROM directory_secrets WHERE directory_id = $1";
    CHECK(DirectoryCheck) = "SELECT {cols} FROM directory_checks WHERE directory_id = $1";
    SAVE_CHECK(DirectoryCheck) = "INSERT INTO directory_checks ({cols}) VALUES ({vals}) ON CONFLICT (directory_id) DO UPDATE SET
        checked_at = excluded.checked_at, trouble = excluded.trouble, detail = excluded.detail, asked = excluded.asked, gone = excluded.gone";
    DELETE_CHECK = "DELETE FROM directory_checks WHERE directory_id = $1";
    PEOPLE(Identity) = "SELECT {cols} FROM identities WHERE issuer = $1 AND subject > $2 ORDER BY subject LIMIT $3";
    COUNT_PEOPLE = "SELECT count(*) FROM identities WHERE issuer = $1";
}

pub(crate) fn insert(tx: &mut Tx<'_>, directory: &Directory) -> Result<()> {
    tx.exec(&INSERT, &directory.values()).map(drop)
}

pub(crate) fn save(tx: &mut Tx<'_>, directory: &Directory) -> Result<()> {
    tx.exec_one(&UPDATE, &directory.values(), codes::STALE)
}

pub(crate) fn find(tx: &mut Tx<'_>, id: Id<Directory>) -> Result<Directory> {
    tx.one(&FIND, params![id])
}

pub(crate) fn all(tx: &mut Tx<'_>) -> Result<Vec<Directory>> {
    tx.all(&LIST, &[])
}

/// Those people sign in by, in the order they were set up.
pub(crate) fn active(tx: &mut Tx<'_>) -> Result<Vec<Relation>> {
    let active: Vec<_> = all(tx)?.into_iter().filter(Directory::is_active).collect();
    active.into_iter().map(|directory| relation(tx, directory)).collect()
}

/// Takes it away with its password; whom it knew stays known, should it come back.
pub(crate) fn delete(tx: &mut Tx<'_>, id: Id<Directory>) -> Result<()> {
    tx.exec(&DELETE_PASSWORD, params![id])?;
    tx.exec(&DELETE_CHECK, params![id])?;
    tx.exec(&DELETE, params![id]).map(drop)
}

pub(crate) fn relation(tx: &mut Tx<'_>, directory: Directory) -> Result<Relation> {
    let password: Option<(String,)> = tx.maybe(&PASSWORD, params![directory.id])?;
    Ok(Relation { directory, password: password.map(|(password,)| password).unwrap_or_default() })
}

pub(crate) fn save_password(tx: &mut Tx<'_>, id: Id<Directory>, password: &str) -> Result<()> {
    tx.exec(&SAVE_PASSWORD, params![id, password]).map(drop)
}

pub(crate) fn check_of(tx: &mut Tx<'_>, id: Id<Directory>) -> Result<Option<DirectoryCheck>> {
    tx.maybe(&CHECK, params![id])
}

pub(crate) fn save_check(tx: &mut Tx<'_>, check: &DirectoryCheck) -> Result<()> {
    tx.exec(&SAVE_CHECK, &check.values()).map(drop)
}

/// Whom it knows, from there on.
pub(crate) fn people(tx: &mut Tx<'_>, directory: &Directory, after: &str, most: i64) -> Result<Vec<Identity>> {
    tx.all(&PEOPLE, params![directory.issuer(), after, most])
}

/// How many it knows.
pub(crate) fn count(tx: &mut Tx<'_>, directory: &Directory) -> Result<i64> {
    Ok(tx.one::<(i64,)>(&COUNT_PEOPLE, params![directory.issuer()])?.0)
}

/// Whether somebody's way in is a directory alone: one that is in use knows them. Administrators keep their
/// password, or nobody could mend a directory that is gone.
pub(crate) fn governs(tx: &mut Tx<'_>, relations: &[Relation], user: &User) -> Result<bool> {
    if relations.is_empty() || queries::role(tx, user.role_id)?.kind == RoleKind::Administrator {
        return Ok(false);
    }
    let known = identity::of_user(tx, user.id)?;
    Ok(known.iter().any(|one| relations.iter().any(|relation| relation.directory.issuer() == one.issuer)))
}
