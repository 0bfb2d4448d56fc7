//! Who sees what was missed, and who says what is to be kept.

use conversations::Conversation;
use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp};

const READ: &str = "sla.read";
const MANAGE: &str = "sla.manage";

pub(crate) const PERMISSIONS: &[Permission] =
    &[Permission::reaching(READ), Permission::whole(MANAGE).at_first(None, None, Some(Reach::All))];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// What was missed in a conversation is for those who may read it.
pub(crate) fn may_see(actor: &Actor, conversation: &Conversation) -> Result<()> {
    may_read(actor)?;
    conversations::api::may_read(actor, conversation)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}
