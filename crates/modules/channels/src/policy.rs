//! Who may see and set up channels.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp};

const READ: &str = "channels.read";
pub(crate) const MANAGE: &str = "channels.manage";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(Some(Reach::All), Some(Reach::All), Some(Reach::All)),
    Permission::whole(MANAGE),
];

/// Who may see channels.
///
/// # Errors
/// As [`Actor::scope`].
pub fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// Who may set up channels.
///
/// # Errors
/// As [`Actor::permit`].
pub fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
