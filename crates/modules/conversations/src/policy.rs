//! Who may read, answer, give away and close a conversation.

use http::Permission;
use kernel::{Actor, Error, Permit, Result, Scope, Timestamp};

use crate::model::{Conversation, Side};

const READ: &str = "conversations.read";
pub(crate) const REPLY: &str = "conversations.reply";
const ASSIGN: &str = "conversations.assign";
const CLOSE: &str = "conversations.close";

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::reaching(READ),
    Permission::reaching(REPLY),
    Permission::reaching(ASSIGN),
    Permission::reaching(CLOSE),
];

pub(crate) fn may_list(actor: &Actor) -> Result<Scope> {
    actor.scope(READ)
}

pub(crate) fn may_read(actor: &Actor, conversation: &Conversation) -> Result<Side> {
    side(actor, conversation, READ)
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
