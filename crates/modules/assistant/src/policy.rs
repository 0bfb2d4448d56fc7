//! Who sees how it does, and who lets it answer.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp};

const READ: &str = "assistant.read";
const MANAGE: &str = "assistant.manage";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(None, Some(Reach::All), Some(Reach::All)),
    Permission::whole(MANAGE).at_first(None, None, Some(Reach::All)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
