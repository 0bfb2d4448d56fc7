//! Who says how long something is kept.

use http::Permission;
use kernel::{Actor, Owned, Permit, Result, Timestamp};

const MANAGE: &str = "retention.manage";

/// What is removed is gone for the whole department.
pub(crate) const PERMISSIONS: &[Permission] = &[Permission::whole(MANAGE)];

pub(crate) fn may_read(actor: &Actor) -> Result<()> {
    actor.scope(MANAGE).map(drop)
}

pub(crate) fn may_set(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
