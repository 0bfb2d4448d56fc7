//! Who may manage accounts and roles.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

pub(crate) const MANAGE: &str = "access.manage";

pub(crate) const PERMISSIONS: &[Permission] = &[Permission::whole(MANAGE)];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(MANAGE)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}

/// Nobody grants more than they have: not a permission they lack, nor further than their own reaches.
pub(crate) fn may_grant(actor: &Actor, grants: &[(String, Reach)]) -> Result<()> {
    let Actor::Staff(staff) = actor else { return Ok(()) };
    let beyond = grants.iter().find(|(permission, reach)| staff.grants.get(permission).is_none_or(|own| own < reach));
    match beyond {
        None => Ok(()),
        Some((permission, _)) => Err(Error::field(format!("grants.{permission}"), "beyond_your_own")),
    }
}
