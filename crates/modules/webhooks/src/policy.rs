//! Who may see and set up webhooks.

use http::Permission;
use kernel::{Actor, Owned, Permit, Result, Scope, Timestamp};

const READ: &str = "webhooks.read";
const MANAGE: &str = "webhooks.manage";

pub(crate) const PERMISSIONS: &[Permission] = &[Permission::whole(READ), Permission::whole(MANAGE)];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
