//! What other modules call.

use audit::api::Entry;
use kernel::{Actor, ChannelId, Cursor, CustomerId, Owned, Permit, Result, UserId};
use serde::Serialize;
use store::{Fact, Tx};

pub use crate::{
    append::Post,
    line::tell_place,
    model::{Assignee, topic},
    writer::{Receipt, Writer},
};
use crate::{
    codes, events,
    model::{Conversation, ConversationId, Side},
    queries,
};

/// The conversation of this id, whoever may see it: for modules that did their own check.
///
/// # Errors
/// [`Error::NotFound`] without one.
pub fn get(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    queries::find(tx, id)
}

/// Opens a conversation, or answers the one the customer has open on the channel.
///
/// # Errors
/// [`Error::Conflict`] when the channel is paused.
pub fn open(tx: &mut Tx<'_>, channel: ChannelId, customer: CustomerId, name: &str) -> Result<Conversation> {
    if let Some(open) = queries::open_of(tx, channel, customer)? {
        return Ok(open);
    }
    if !channels::api::get(tx, channel)?.is_active() {
        return Err(codes::CHANNEL_PAUSED.conflict());
    }
    let name = if name.is_empty() { nameless(customer) } else { name.to_owned() };
    let conversation = Conversation::open(tx.new_id(), channel, customer, name, tx.now());
    if let Some(open) = queries::insert(tx, &conversation)? {
        return Ok(open);
    }
    happened(tx, &conversation, events::OPENED, &conversation.opened(), None)?;
    Ok(conversation)
}

/// What a visitor is called until they give a name: told apart by the end of their id.
pub(crate) fn nameless(customer: CustomerId) -> String {
    let id = customer.to_string();
    format!("访客 {}", id[id.len() - 4..].to_uppercase())
}

/// The waiting conversations, longest wait first, after the given one.
///
/// # Errors
/// From the database.
pub fn waiting(tx: &mut Tx<'_>, after: &Cursor, limit: i64) -> Result<Vec<Conversation>> {
    queries::waiting(tx, after, limit)
}

/// How many active conversations each person has; those with none are left out.
///
/// # Errors
/// From the database.
pub fn load(tx: &mut Tx<'_>) -> Result<Vec<(UserId, i64)>> {
    queries::load(tx)
}

/// Gives a conversation to somebody.
///
/// # Errors
/// [`Error::Conflict`] when it is closed.
pub fn assign(tx: &mut Tx<'_>, permit: &Permit, id: ConversationId, to: Assignee) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let owned = before.owned();
    let (after, fact) = before.clone().assign(permit, to)?;
    queries::save(tx, &after)?;
    audit::api::record(tx, Entry::new("conversations.assigned", "conversation", id).change(&before, &after))?;
    happened(tx, &after, events::ASSIGNED, &fact, Some(owned))?;
    Ok(after)
}

/// Lets a conversation wait again.
///
/// # Errors
/// [`Error::Conflict`] when it is closed.
pub fn requeue(tx: &mut Tx<'_>, permit: &Permit, id: ConversationId) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let owned = before.owned();
    let (after, fact) = before.clone().requeue(permit)?;
    queries::save(tx, &after)?;
    audit::api::record(tx, Entry::new("conversations.requeued", "conversation", id).change(&before, &after))?;
    happened(tx, &after, events::REQUEUED, &fact, Some(owned))?;
    Ok(after)
}

/// Ends a conversation.
///
/// # Errors
/// [`Error::Conflict`] when it is closed already.
pub fn close(tx: &mut Tx<'_>, permit: &Permit, id: ConversationId, reason: Option<String>) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let (after, fact) = before.clone().close(permit, reason)?;
    queries::save(tx, &after)?;
    audit::api::record(tx, Entry::new("conversations.closed", "conversation", id).change(&before, &after))?;
    happened(tx, &after, events::CLOSED, &fact, None)?;
    Ok(after)
}

/// Notes that one side has read up to `seq`; nothing happens when that is not new.
///
/// # Errors
/// From the database.
pub(crate) fn mark_read(tx: &mut Tx<'_>, before: Conversation, side: Side, seq: i64) -> Result<Conversation> {
    match before.clone().read(side, seq) {
        None => Ok(before),
        Some((after, fact)) => {
            queries::save(tx, &after)?;
            happened(tx, &after, events::MESSAGE_READ, &fact, None)?;
            Ok(after)
        }
    }
}

/// The person as one who can be given conversations.
///
/// # Errors
/// [`Error::Unauthenticated`] when the actor is nobody of the department.
pub fn assignee(actor: &Actor) -> Result<Assignee> {
    let staff = actor.staff()?;
    Ok(Assignee { id: staff.id, name: staff.name.clone(), unit: staff.unit })
}

/// Keeps and tells what happened to a conversation, as its fact number `last_seq`.
fn happened(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    kind: &'static str,
    fact: &impl Serialize,
    before: Option<Owned>,
) -> Result<()> {
    tx.emit(Fact::new(kind, conversation.id, fact)?.on(conversation.topic(), conversation.last_seq));
    tell_inbox(tx, conversation, before)
}

/// Tells the lists that hold this conversation, and those that held it before.
pub(crate) fn tell_inbox(tx: &mut Tx<'_>, conversation: &Conversation, before: Option<Owned>) -> Result<()> {
    let owned = conversation.owned();
    if let Some(before) = before.filter(|before| *before != owned) {
        tx.notify("inbox", "conversation.left", conversation, Some(before))?;
    }
    tx.notify("inbox", "conversation.changed", conversation, Some(owned))
}
