//! Who sees what is automated, and who sets it.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Timestamp};

const READ: &str = "automation.read";
const MANAGE: &str = "automation.manage";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(None, Some(Reach::All), Some(Reach::All)),
    Permission::whole(MANAGE).at_first(None, None, Some(Reach::All)),
];

pub(crate) fn may_read(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(READ, &Owned::NOBODY, now)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
