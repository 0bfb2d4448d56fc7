//! Who sees what is automated, and who sets it.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Timestamp, UserId};

use crate::model::{Macro, MacroScope};

const READ: &str = "automation.read";
const MANAGE: &str = "automation.manage";
/// To write macros for everybody.
const MACROS: &str = "automation.macros";
/// Whoever answers conversations uses macros, and writes their own.
const REPLY: &str = "conversations.reply";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(None, Some(Reach::All), Some(Reach::All)),
    Permission::whole(MANAGE).at_first(None, None, Some(Reach::All)),
    Permission::whole(MACROS).at_first(None, Some(Reach::All), Some(Reach::All)),
];

pub(crate) fn may_read(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(READ, &Owned::NOBODY, now)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}

/// Answers who acts.
pub(crate) fn may_use_macros(actor: &Actor) -> Result<UserId> {
    actor.scope(REPLY)?;
    Ok(actor.staff()?.id)
}

/// One's own and everybody's.
pub(crate) fn may_use(actor: &Actor, one: &Macro) -> Result<()> {
    let me = may_use_macros(actor)?;
    if one.scope == MacroScope::All || one.owner_id == Some(me) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_write(actor: &Actor, scope: MacroScope, owner: Option<UserId>, now: Timestamp) -> Result<Permit> {
    let me = may_use_macros(actor)?;
    match scope {
        MacroScope::All => actor.permit(MACROS, &Owned::NOBODY, now),
        MacroScope::Personal if owner == Some(me) => actor.permit_own(now),
        MacroScope::Personal => Err(Error::NotFound),
    }
}
