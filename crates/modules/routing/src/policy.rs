//! Who takes work, who sees who does, who passes it on, who sets it up.

use conversations::Conversation;
use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp, UserId};

use crate::model::Presence;

pub(crate) const WORK: &str = "routing.work";
const WATCH: &str = "routing.watch";
const MANAGE: &str = "routing.manage";
const SUPERVISE: &str = "routing.supervise";
/// To pass a conversation on is to give it away.
const ASSIGN: &str = "conversations.assign";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(WORK).at_first(Some(Reach::All), Some(Reach::All), None),
    Permission::reaching(WATCH),
    Permission::reaching(SUPERVISE).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(MANAGE).at_first(None, None, Some(Reach::All)),
];

/// One's own presence and offers; answers whose.
pub(crate) fn may_work(actor: &Actor, now: Timestamp) -> Result<(UserId, Permit)> {
    let permit = actor.permit(WORK, &Owned::NOBODY, now)?;
    Ok((actor.staff()?.id, permit))
}

pub(crate) fn may_watch(actor: &Actor) -> Result<Scope> {
    actor.scope(WATCH)
}

/// Who takes work may pass it on to any queue; others know those that somebody in their reach serves.
pub(crate) fn knows_every_queue(actor: &Actor) -> bool {
    actor.has(WORK) || actor.has(MANAGE)
}

pub(crate) fn may_manage(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(MANAGE, &Owned::NOBODY, now)
}

/// To say whether somebody takes work, and how much.
pub(crate) fn may_supervise(actor: &Actor, presence: &Presence, now: Timestamp) -> Result<Permit> {
    actor.permit(SUPERVISE, &presence.owned(), now)
}

/// To know why somebody was offered a conversation: oneself, or somebody one supervises.
pub(crate) fn may_ask_why(actor: &Actor, presence: &Presence, now: Timestamp) -> Result<()> {
    match actor.staff() {
        Ok(staff) if staff.id == presence.user_id && actor.has(WORK) => Ok(()),
        _ => match may_supervise(actor, presence, now) {
            // Colleagues' offers are nobody else's business: as if there were none.
            Err(Error::Forbidden(_)) if actor.has(WORK) => Err(Error::NotFound),
            other => other.map(drop),
        },
    }
}

/// Who passes conversations on knows whom to.
pub(crate) fn may_pass_on(actor: &Actor) -> Result<UserId> {
    let _scope = actor.scope(ASSIGN)?;
    Ok(actor.staff()?.id)
}

/// To pass a conversation on.
pub(crate) fn may_transfer(actor: &Actor, conversation: &Conversation, now: Timestamp) -> Result<Permit> {
    actor.permit(ASSIGN, &conversation.owned(), now)
}

/// To take a conversation from whoever has it, or give it to somebody against their presence. One that
/// waits is anybody's to take who may do this at all.
pub(crate) fn may_take_over(actor: &Actor, conversation: &Conversation, now: Timestamp) -> Result<Permit> {
    match (conversation.assignee_id, actor.staff()) {
        (None, Ok(staff)) => actor.permit(SUPERVISE, &Owned::by(staff.id, None), now),
        _ => actor.permit(SUPERVISE, &conversation.owned(), now),
    }
}
