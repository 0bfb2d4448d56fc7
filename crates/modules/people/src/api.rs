//! What other modules call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::{Id, Result, UnitId, UserId};
use store::Tx;

pub use crate::model::Tree;
use crate::{
    model::{Post, TreeRevision},
    queries,
};

/// Trees read lately, by the revision they are of: it names the content whichever database it
/// stands in.
static READ: Mutex<Option<HashMap<Id<TreeRevision>, Arc<Tree>>>> = Mutex::new(None);
/// More than one process ever serves at a time.
const KEPT: usize = 32;
/// Leads above one another who are looked at.
const LEVELS: usize = 16;

/// All units as they stand in this transaction. One short read while they do not change.
///
/// # Errors
/// From the database.
pub fn tree(tx: &mut Tx<'_>) -> Result<Arc<Tree>> {
    let revision = queries::revision(tx)?;
    tree_at(tx, revision)
}

pub(crate) fn tree_at(tx: &mut Tx<'_>, revision: Id<TreeRevision>) -> Result<Arc<Tree>> {
    let read =
        READ.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|read| read.get(&revision).cloned());
    if let Some(tree) = read {
        return Ok(tree);
    }
    let tree = Arc::new(Tree::new(queries::units(tx)?));
    // Somebody else may have committed between the reads: then what we hold is newer than `revision`.
    if queries::revision(tx)? == revision {
        let mut read = READ.lock().unwrap_or_else(PoisonError::into_inner);
        let read = read.get_or_insert_default();
        if read.len() >= KEPT {
            read.clear();
        }
        read.insert(revision, tree.clone());
    }
    Ok(tree)
}

/// The unit a person belongs to, if they are placed.
///
/// # Errors
/// From the database.
pub fn unit_of(tx: &mut Tx<'_>, user: UserId) -> Result<Option<UnitId>> {
    Ok(queries::standing(tx, user)?.1)
}

/// A unit and all below it, itself first; nothing when it does not exist.
///
/// # Errors
/// From the database.
pub fn subtree(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<UnitId>> {
    Ok(tree(tx)?.subtree(unit))
}

/// The people who belong to a unit or one below it and may sign in.
///
/// # Errors
/// From the database.
pub fn members(tx: &mut Tx<'_>, unit: UnitId) -> Result<Vec<UserId>> {
    let units = as_json(&subtree(tx, unit)?);
    queries::people_within(tx, &units)
}

/// Every post there is, in the order they were made.
///
/// # Errors
/// From the database.
pub fn posts(tx: &mut Tx<'_>) -> Result<Vec<Post>> {
    queries::posts(tx)
}

/// The people who hold this post now and may sign in.
///
/// # Errors
/// From the database.
pub fn holders(tx: &mut Tx<'_>, post: Id<Post>) -> Result<Vec<UserId>> {
    queries::holders(tx, post)
}

/// Who leads a person: the nearest lead at or above their unit who is not they themselves.
///
/// # Errors
/// From the database.
pub fn lead_of(tx: &mut Tx<'_>, user: UserId) -> Result<Option<UserId>> {
    let (revision, unit) = queries::standing(tx, user)?;
    let Some(unit) = unit else { return Ok(None) };
    Ok(tree_at(tx, revision)?.lead_of(user, unit))
}

/// The nearest lead above a person whose role grants `permission`, however far; each lead's own lead is asked next.
///
/// # Errors
/// From the database.
pub fn lead_who_may(tx: &mut Tx<'_>, user: UserId, permission: &'static str) -> Result<Option<UserId>> {
    let mut below = user;
    for _ in 0..LEVELS {
        match lead_of(tx, below)? {
            Some(lead) if lead == user => return Ok(None),
            Some(lead) if access::api::reach_of(tx, lead, permission)?.is_some() => return Ok(Some(lead)),
            Some(lead) => below = lead,
            None => return Ok(None),
        }
    }
    Ok(None)
}

/// Ids as the JSON list a statement takes.
pub(crate) fn as_json(units: &[UnitId]) -> String {
    let quoted: Vec<_> = units.iter().map(|unit| format!("\"{unit}\"")).collect();
    format!("[{}]", quoted.join(","))
}
