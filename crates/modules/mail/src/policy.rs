//! Who may see and set up mailboxes. Mails in conversations follow the conversations.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Scope, Timestamp};

const READ: &str = "mail.read";
pub(crate) const MANAGE: &str = "mail.manage";

/// To write to a customer first, and to pass mails on to others.
const WRITE: &str = "mail.write";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(None, Some(Reach::All), Some(Reach::All)),
    Permission::whole(MANAGE),
    Permission::whole(WRITE).at_first(Some(Reach::All), Some(Reach::All), Some(Reach::All)),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}

/// The right to write a mail nobody asked for; what is answered in a conversation follows the conversation.
pub(crate) fn may_write(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(WRITE, &Owned::NOBODY, now)
}
