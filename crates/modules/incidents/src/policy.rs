//! Who may see an incident, link a conversation to it, and lead it.

use conversations::{Conversation, State};
use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

const READ: &str = "incidents.read";
/// To link a conversation one may answer in.
const LINK: &str = "incidents.link";
/// To declare one, tell all customers touched, and say how it stands.
const MANAGE: &str = "incidents.manage";

const EVERYBODY: Option<Reach> = Some(Reach::All);

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(EVERYBODY, EVERYBODY, EVERYBODY),
    Permission::whole(LINK).at_first(EVERYBODY, EVERYBODY, EVERYBODY),
    Permission::whole(MANAGE).at_first(None, EVERYBODY, EVERYBODY),
];

pub(crate) fn may_read(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn leads(actor: &Actor) -> bool {
    actor.has(MANAGE)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}

pub(crate) fn may_link(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(LINK, &Owned::NOBODY, now)
}

/// Whether the actor knows of this conversation: one in reach, and for whoever leads the incident one that
/// nobody has yet.
pub(crate) fn knows(actor: &Actor, conversation: &Conversation) -> Result<bool> {
    let nobodys = conversation.assignee_id.is_none() && conversation.state != State::Closed;
    match conversations::api::may_read(actor, conversation) {
        Ok(()) => Ok(true),
        Err(Error::NotFound | Error::Forbidden(_)) => Ok(nobodys && leads(actor)),
        Err(error) => Err(error),
    }
}
