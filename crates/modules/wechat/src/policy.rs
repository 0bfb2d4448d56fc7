//! Who may see and set up accounts. What is said by them follows the conversations.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp};

const READ: &str = "wechat.read";
pub(crate) const MANAGE: &str = "wechat.manage";

pub(crate) const PERMISSIONS: &[Permission] =
    &[Permission::whole(READ).at_first(None, Some(Reach::All), Some(Reach::All)), Permission::whole(MANAGE)];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
