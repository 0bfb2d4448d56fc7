//! What other modules call.

use audit::api::Entry;
use kernel::{Actor, ChannelId, Check, Cursor, CustomerId, Error, Id, Permit, QueueId, Result, Timestamp, UserId};
use store::Tx;

pub use crate::demo::{
    answer::{DemoPlace, demo_answer},
    script::rehearsed,
};
use crate::{
    about, after_hours,
    append::append,
    clock, events,
    model::{self, Conversation, ConversationId, Event, Message, Named, Side, WrapUpReason},
    participation, policy, queries, reasons, tell,
};
pub use crate::{
    about::{rate, set_tags, visited},
    append::Post,
    asked::{asked, tagged},
    change::{edit, recall},
    clock::{alarms, open_after, ring, set_terms, tell_terms},
    line::tell_place,
    matching::{Matching, open_matching},
    message_left::keep_as_message,
    model::{Assignee, NewRating, topic},
    opening::{Opening, open, take_up},
    reasons::NewWrapUp,
    snooze::{snooze, wake},
    typing::{agent_typing, customer_typing},
    waiting::{
        Unwrapped, active_of, ahead_of, closed_after, forget_queue, last_agents, latest, line_of, load_of_kinds, lock,
        unanswered, unwrapped, waiting_counts, waiting_in, waiting_kinds, waiting_of_kind,
    },
    writer::{Receipt, Writer},
};

/// Somebody took a conversation of the demo story: left for the parts of modules below.
#[derive(Clone, Debug)]
pub struct DemoTake {
    /// Which.
    pub conversation_id: ConversationId,
    /// Who.
    pub user_id: UserId,
    /// In which queue it had waited.
    pub queue_id: QueueId,
    /// Since when.
    pub since: Timestamp,
    /// When it was taken.
    pub at: Timestamp,
}

/// A queue, with the name it has now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRef {
    /// Which.
    pub id: QueueId,
    /// What it is called.
    pub name: String,
}

impl QueueRef {
    fn named(&self) -> Named {
        Named::new(self.id, self.name.clone())
    }
}

/// To whom or where a conversation is passed on.
#[derive(Clone, Debug)]
pub enum Destination {
    /// To a colleague, who need not accept it.
    Person(Assignee),
    /// To a queue, where it waits.
    Queue(QueueRef),
}

/// The conversation of this id, whoever may see it: for modules that did their own check.
///
/// # Errors
/// [`Error::NotFound`] without one.
pub fn get(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    queries::find(tx, id)
}

/// The message of this number, whoever may see it: for modules that did their own check.
///
/// # Errors
/// [`Error::NotFound`] without one.
pub fn message(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<Message> {
    queries::message(tx, id, seq)?.ok_or(Error::NotFound)
}

/// Refuses unless the actor may read this conversation as one of the department.
///
/// # Errors
/// [`Error::NotFound`] when it lies outside their reach; [`Error::Forbidden`] without the permission.
pub fn may_read(actor: &Actor, conversation: &Conversation) -> Result<()> {
    match policy::may_read(actor, conversation)? {
        Side::Agent => Ok(()),
        Side::Customer => Err(Error::NotFound),
    }
}

/// The first messages after number `after`, notes among staff included, whoever may see them: for modules
/// that did their own check.
///
/// # Errors
/// From the database.
pub fn transcript(tx: &mut Tx<'_>, id: ConversationId, after: i64, limit: i64) -> Result<Vec<Message>> {
    queries::messages_after(tx, id, after, limit, Side::Agent)
}

/// The words of a reason that may be chosen, with those of the one above it: `售后 / 退款`.
///
/// # Errors
/// [`Error::Invalid`] for one that is not there; [`Error::Conflict`] for one that can no longer be chosen.
pub fn reason_words(tx: &mut Tx<'_>, id: Id<WrapUpReason>) -> Result<String> {
    reasons::words(tx, id)
}

/// Every reason there is or was.
///
/// # Errors
/// From the database.
pub fn all_reasons(tx: &mut Tx<'_>) -> Result<Vec<WrapUpReason>> {
    queries::reasons(tx)
}

/// The conversation of this id, when the actor may read it as one of the department.
///
/// # Errors
/// [`Error::NotFound`] without one the actor may see.
pub fn readable(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let conversation = queries::find(tx, id)?;
    may_read(tx.actor(), &conversation)?;
    Ok(conversation)
}

/// As [`readable`], when the actor may answer in it too.
///
/// # Errors
/// As [`readable`].
pub fn workable(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let conversation = queries::find(tx, id)?;
    policy::may_work(tx.actor(), &conversation)?;
    Ok(conversation)
}

/// Keeps a message in the caller's own transaction; said before under its client id, it is answered as
/// it was. What comes one by one from people is handed to the [`Writer`] instead.
///
/// # Errors
/// As for any message: [`Error::Invalid`], [`Error::NotFound`], [`Error::Conflict`] when it is closed.
pub fn post(tx: &mut Tx<'_>, post: Post) -> Result<Message> {
    append(tx, &[post])?.pop().unwrap_or(Err(Error::NotFound))
}

/// As much of a text from outside as one message holds; empty when there is nothing to see in it.
pub fn fit(text: &str) -> String {
    model::fit(text)
}

/// The conversation the customer has open on this channel.
///
/// # Errors
/// From the database.
pub fn open_of(tx: &mut Tx<'_>, channel: ChannelId, customer: CustomerId) -> Result<Option<Conversation>> {
    queries::open_of(tx, channel, customer)
}

/// Whether it was given to somebody, put back, left or ended after its fact of this number.
///
/// # Errors
/// From the database.
pub fn moved_since(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<bool> {
    let happened = queries::events_since(tx, id, seq)?;
    Ok(happened.iter().any(Event::moves))
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

/// Names the queue a conversation waits in: what routing does when the one it waited in is gone.
///
/// # Errors
/// From the database.
pub fn set_queue(tx: &mut Tx<'_>, id: ConversationId, queue: QueueId) -> Result<Conversation> {
    let conversation = about::change(tx, id, |conversation, changed| {
        if conversation.queue_id.replace(queue) != Some(queue) {
            changed.queue_id = Some(queue);
        }
        Ok(())
    })?;
    after_hours::moved(tx, &conversation)?;
    Ok(conversation)
}

/// Writes a line of what happened into the transcript, with `text` where there is something to read.
///
/// # Errors
/// [`Error::NotFound`] without the conversation.
pub fn post_event(tx: &mut Tx<'_>, id: ConversationId, event: Event, text: &str) -> Result<Message> {
    let mut conversation = queries::lock(tx, id)?;
    let message = tell::line(tx, &mut conversation, event, text.to_owned())?;
    tell::saved(tx, &conversation, None)?;
    Ok(message)
}

/// Gives a conversation to somebody.
///
/// # Errors
/// [`Error::Conflict`] when it is closed.
pub fn assign(tx: &mut Tx<'_>, permit: &Permit, id: ConversationId, to: Assignee) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    assign_locked(tx, permit, &before, to)
}

/// As [`assign`], of one that this transaction has locked or opened.
pub(crate) fn assign_locked(
    tx: &mut Tx<'_>,
    permit: &Permit,
    before: &Conversation,
    to: Assignee,
) -> Result<Conversation> {
    let named = Named::new(to.id, to.name.clone());
    let by = tell::by(tx).filter(|by| *by != named);
    hand(tx, permit, before, to, None, |_| Event::Assigned { to: named, by })
}

/// Takes a conversation from whoever has it: what a supervisor does.
///
/// # Errors
/// [`Error::Conflict`] when it is closed.
pub fn take_over(tx: &mut Tx<'_>, permit: &Permit, id: ConversationId, to: Assignee) -> Result<Conversation> {
    let named = Named::new(to.id, to.name.clone());
    give(tx, permit, id, to, None, |from| Event::TakenOver { to: named, from })
}

/// Passes a conversation on, with a word to whoever gets it, which the customer does not see.
///
/// # Errors
/// [`Error::Conflict`] when it is closed; [`Error::Invalid`] for a `note` beyond 1,000 characters.
pub fn transfer(
    tx: &mut Tx<'_>,
    permit: &Permit,
    id: ConversationId,
    to: Destination,
    note: Option<&str>,
) -> Result<Conversation> {
    Check::new().maybe_text("note", note, 0..=1_000).done()?;
    match to {
        Destination::Person(to) => {
            let named = Some(Named::new(to.id, to.name.clone()));
            give(tx, permit, id, to, note, |from| Event::Transferred { from, to: named, queue: None })
        }
        Destination::Queue(queue) => {
            let named = Some(queue.named());
            put_back(tx, permit, id, Some(queue), note, |from| Event::Transferred { from, to: None, queue: named })
        }
    }
}

/// Lets a conversation wait again, in another queue if one is named.
///
/// # Errors
/// [`Error::Conflict`] when it is closed.
pub fn requeue(tx: &mut Tx<'_>, permit: &Permit, id: ConversationId, queue: Option<QueueRef>) -> Result<Conversation> {
    let named = queue.as_ref().map(QueueRef::named);
    put_back(tx, permit, id, queue, None, |from| Event::Requeued { from, queue: named, silent_minutes: None })
}

/// As [`requeue`], because the customer waited in vain for an answer, for `silent_minutes` at least.
///
/// # Errors
/// [`Error::Conflict`] when it is closed.
pub fn take_back(
    tx: &mut Tx<'_>,
    permit: &Permit,
    id: ConversationId,
    queue: QueueRef,
    silent_minutes: i64,
) -> Result<Conversation> {
    let named = Some(queue.named());
    let silent_minutes = Some(silent_minutes);
    put_back(tx, permit, id, Some(queue), None, |from| Event::Requeued { from, queue: named, silent_minutes })
}

fn give(
    tx: &mut Tx<'_>,
    permit: &Permit,
    id: ConversationId,
    to: Assignee,
    note: Option<&str>,
    event: impl FnOnce(Option<Named>) -> Event,
) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    hand(tx, permit, &before, to, note, event)
}

fn hand(
    tx: &mut Tx<'_>,
    permit: &Permit,
    before: &Conversation,
    to: Assignee,
    note: Option<&str>,
    event: impl FnOnce(Option<Named>) -> Event,
) -> Result<Conversation> {
    let (mut after, fact) = before.clone().assign(permit, to)?;
    tell::fact(tx, &after, events::ASSIGNED, &fact)?;
    tell::line(tx, &mut after, event(before.holder()), String::new())?;
    moved(tx, "conversations.assigned", before, after, note)
}

fn put_back(
    tx: &mut Tx<'_>,
    permit: &Permit,
    id: ConversationId,
    queue: Option<QueueRef>,
    note: Option<&str>,
    event: impl FnOnce(Option<Named>) -> Event,
) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let (mut after, fact) = before.clone().requeue(permit, queue.map(|queue| queue.id))?;
    tell::fact(tx, &after, events::REQUEUED, &fact)?;
    tell::line(tx, &mut after, event(before.holder()), String::new())?;
    moved(tx, "conversations.requeued", &before, after, note)
}

fn moved(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: &Conversation,
    mut after: Conversation,
    note: Option<&str>,
) -> Result<Conversation> {
    if let Some(note) = note.map(str::trim).filter(|note| !note.is_empty()) {
        tell::note(tx, &mut after, note.to_owned())?;
    }
    audit::api::record(tx, Entry::new(action, "conversation", after.id).change(before, &after))?;
    tell::saved(tx, &after, Some(before.owned()))?;
    after_hours::moved(tx, &after)?;
    if before.labels() != after.labels() {
        queries::relabel(tx, &after)?;
    }
    Ok(after)
}

/// Ends a conversation, with what it was about if that is said at once.
///
/// # Errors
/// [`Error::Conflict`] when it is closed already, or the reason cannot be chosen.
pub fn close(tx: &mut Tx<'_>, permit: &Permit, id: ConversationId, wrap_up: Option<NewWrapUp>) -> Result<Conversation> {
    let side = tx.actor().staff().ok().map(|_| Side::Agent);
    end(tx, permit, id, side, wrap_up)
}

/// Ends a conversation because its customer, who acts, says goodbye.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs; [`Error::Conflict`] when it is closed already.
pub fn leave(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let conversation = queries::find(tx, id)?;
    let permit = policy::may_leave(tx.actor(), &conversation, tx.now())?;
    end(tx, &permit, id, Some(Side::Customer), None)
}

fn end(
    tx: &mut Tx<'_>,
    permit: &Permit,
    id: ConversationId,
    side: Option<Side>,
    wrap_up: Option<NewWrapUp>,
) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let (mut after, fact) = before.clone().close(permit, side)?;
    clock::ended(tx, &before, &mut after)?;
    participation::over(tx, &before)?;
    tell::fact(tx, &after, events::CLOSED, &fact)?;
    let event = Event::Closed { by: tell::by(tx), by_customer: side == Some(Side::Customer) };
    tell::line(tx, &mut after, event, String::new())?;
    if let Some(wrap_up) = wrap_up {
        about::wrap_up(tx, &mut after, wrap_up)?;
    }
    if side != Some(Side::Customer) {
        after_hours::settled(tx, &mut after)?;
    }
    audit::api::record(tx, Entry::new("conversations.closed", "conversation", id).change(&before, &after))?;
    tell::saved(tx, &after, None)?;
    Ok(after)
}

/// Notes that one side has read up to `seq`; nothing happens when that is not new.
///
/// # Errors
/// From the database.
pub(crate) fn mark_read(tx: &mut Tx<'_>, before: Conversation, side: Side, seq: i64) -> Result<Conversation> {
    let all = side == Side::Customer || seq >= before.last_seq || before.unread == 0;
    let unread = if all { 0 } else { queries::unread(tx, before.id, seq)? };
    match before.clone().read(side, seq, unread) {
        None => Ok(before),
        Some((after, fact)) => {
            tell::fact(tx, &after, events::MESSAGE_READ, &fact)?;
            tell::saved(tx, &after, None)?;
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
