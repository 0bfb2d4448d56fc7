//! Who may read, answer, give away and close a conversation.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp, UserId};

use crate::{
    codes,
    model::{Conversation, Side, ViewScope},
};

/// Also what a colleague needs to take part in one.
pub(crate) const READ: &str = "conversations.read";
pub(crate) const REPLY: &str = "conversations.reply";
const ASSIGN: &str = "conversations.assign";
const CLOSE: &str = "conversations.close";
/// To read what messages said before they were edited or recalled.
const VERSIONS: &str = "conversations.versions";
const EXPORT: &str = "conversations.export";
/// To say which reasons there are to choose from.
const REASONS: &str = "conversations.reasons";
/// To make views of the list for everybody.
const VIEWS: &str = "conversations.views";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(REPLY),
    Permission::reaching(ASSIGN),
    Permission::reaching(CLOSE),
    Permission::reaching(VERSIONS).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::reaching(EXPORT).at_first(None, Some(Reach::Team), Some(Reach::Department)),
    Permission::whole(REASONS).at_first(None, None, Some(Reach::All)),
    Permission::whole(VIEWS).at_first(None, Some(Reach::All), Some(Reach::All)),
];

pub(crate) fn may_list(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

/// Whoever takes part reads this one conversation too, however far their permission reaches.
pub(crate) fn may_read(actor: &Actor, conversation: &Conversation) -> Result<Side> {
    match side(actor, conversation, READ) {
        Err(Error::NotFound) if conversation.part_of(actor).is_some() => Ok(Side::Agent),
        side => side,
    }
}

/// The side on which the actor says something, or leaves a note. Whoever only takes part leaves notes, and
/// writes to the customer where the owner lets them.
pub(crate) fn may_post(actor: &Actor, conversation: &Conversation, note: bool) -> Result<Side> {
    match (side(actor, conversation, REPLY), conversation.part_of(actor)) {
        (Err(Error::NotFound | Error::Forbidden(_)), Some(_)) if note && actor.has(READ) => Ok(Side::Agent),
        (Err(Error::NotFound), Some(part)) if part.may_reply => Ok(Side::Agent),
        (Err(Error::NotFound), Some(_)) => Err(codes::NOTES_ONLY.conflict()),
        (side, _) => side,
    }
}

/// Whoever answers in it asks others in, and takes them out.
pub(crate) fn may_invite(actor: &Actor, conversation: &Conversation, now: Timestamp) -> Result<Permit> {
    actor.permit(REPLY, &conversation.owned(), now)
}

/// Whom one may ask in is known to whoever may answer in any.
pub(crate) fn may_see_candidates(actor: &Actor) -> Result<Scope> {
    actor.scope(REPLY)
}

/// The times one puts conversations away until are known to whoever may put any away.
pub(crate) fn may_snooze_any(actor: &Actor) -> Result<Scope> {
    actor.scope(REPLY)
}

/// The side the actor writes on; 404 where it is neither theirs nor within their reach.
pub(crate) fn may_reply(actor: &Actor, conversation: &Conversation) -> Result<Side> {
    side(actor, conversation, REPLY)
}

pub(crate) fn may_assign(actor: &Actor, conversation: &Conversation, now: Timestamp) -> Result<Permit> {
    actor.permit(ASSIGN, &conversation.owned(), now)
}

pub(crate) fn may_close(actor: &Actor, conversation: &Conversation, now: Timestamp) -> Result<Permit> {
    actor.permit(CLOSE, &conversation.owned(), now)
}

/// What a customer may do to their own conversation: end it.
pub(crate) fn may_leave(actor: &Actor, conversation: &Conversation, now: Timestamp) -> Result<Permit> {
    match may_reply(actor, conversation)? {
        Side::Customer => Actor::System("conversations").permit(CLOSE, &Owned::NOBODY, now),
        Side::Agent => Err(Error::NotFound),
    }
}

/// The department's side of a conversation one may write in.
pub(crate) fn may_work(actor: &Actor, conversation: &Conversation) -> Result<()> {
    match may_reply(actor, conversation)? {
        Side::Agent => Ok(()),
        Side::Customer => Err(Error::NotFound),
    }
}

/// Whether the actor may read what messages of this conversation said before.
pub(crate) fn may_read_versions(actor: &Actor, conversation: &Conversation) -> Result<()> {
    may_read(actor, conversation)?;
    if actor.scope(VERSIONS)?.covers(&conversation.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_export(actor: &Actor, conversation: &Conversation) -> Result<()> {
    may_read(actor, conversation)?;
    if actor.scope(EXPORT)?.covers(&conversation.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

pub(crate) fn may_set_reasons(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(REASONS, &Owned::NOBODY, now)
}

/// Whoever reads conversations has views of them. Answers who asks.
pub(crate) fn may_have_views(actor: &Actor) -> Result<UserId> {
    actor.scope(READ)?;
    Ok(actor.staff()?.id)
}

pub(crate) fn may_write_view(actor: &Actor, scope: ViewScope, owner: Option<UserId>, now: Timestamp) -> Result<Permit> {
    let me = may_have_views(actor)?;
    match scope {
        ViewScope::All => actor.permit(VIEWS, &Owned::NOBODY, now),
        ViewScope::Personal if owner == Some(me) => actor.permit_own(now),
        ViewScope::Personal => Err(Error::NotFound),
    }
}

fn side(actor: &Actor, conversation: &Conversation, permission: &'static str) -> Result<Side> {
    match actor {
        Actor::Visitor(visitor)
            if visitor.customer == conversation.customer_id && visitor.channel == conversation.channel_id =>
        {
            Ok(Side::Customer)
        }
        Actor::Visitor(_) => Err(Error::NotFound),
        _ if actor.scope(permission)?.covers(&conversation.owned()) => Ok(Side::Agent),
        _ => Err(Error::NotFound),
    }
}
