//! A part of a conversation becomes one of its own: a customer asks two things at once, a thread of mails drifts. The
//! chosen messages are copied, never moved: the original says all it said. The new one stands beside the one that the
//! customer writes in, until it takes that one's place.

use audit::api::Entry;
use kernel::{Check, Error, Owned, Permit, Result};
use serde_json::json;
use store::{Fact, Tx};

use crate::{
    api, codes, events,
    events::Changed,
    line::QueuePlace,
    links,
    model::{Author, Conversation, ConversationId, Copied, CopiedFrom, Data, Event, Message, MessageKind, preview},
    policy, queries, tell,
};

/// Messages of one part at most.
const MOST: usize = 50;

/// Which part, and what becomes of it.
#[derive(Clone, Debug)]
pub(crate) struct NewSplit {
    /// The numbers of the messages.
    pub messages: Vec<i64>,
    /// What it is about: 1 to 100 characters.
    pub subject: String,
    /// Whether whoever splits has it, or it waits in the queue.
    pub mine: bool,
}

/// Makes a conversation of its own of some messages. Answers it.
pub(crate) fn split(
    tx: &mut Tx<'_>,
    line: &dyn QueuePlace,
    id: ConversationId,
    new: &NewSplit,
) -> Result<Conversation> {
    let from = queries::lock(tx, id)?;
    policy::may_work(tx.actor(), &from)?;
    let permit = tx.actor().permit_own(tx.now())?;
    let queue = match from.queue_id {
        Some(queue) => Some(queue),
        None => line.queue(tx, from.channel_id)?,
    };
    take_apart(tx, &permit, from, new, queue)
}

/// As [`split`], of a locked one that may be.
pub(crate) fn take_apart(
    tx: &mut Tx<'_>,
    permit: &Permit,
    mut from: Conversation,
    new: &NewSplit,
    queue: Option<kernel::QueueId>,
) -> Result<Conversation> {
    from.must_be_open()?;
    let many = (1..=MOST).contains(&new.messages.len());
    Check::new().text("subject", &new.subject, 1..=100).that(many, "messages", "out_of_range").done()?;
    let chosen = chosen(tx, from.id, &new.messages)?;
    let now = tx.now();
    let mut own = Conversation::open(
        tx.new_id(),
        (from.channel_id, from.channel_kind),
        from.customer_id,
        from.customer_name.clone(),
        now,
    );
    (own.aside, own.split_from, own.queue_id) = (true, Some(from.id), queue);
    own.subject = Some(new.subject.trim().to_owned());
    own.attributes = from.attributes.clone();
    let asked = chosen.iter().filter(|message| message.author == Author::Customer);
    if let Some(last) = asked.map(|message| message.at).max() {
        // What nobody has answered yet waits since it was said; what was answered, since it became a matter of its own.
        let since = from.unanswered_since().filter(|since| *since <= last).unwrap_or(now);
        (own.waiting_since, own.first_message_at) = (Some(since), Some(since));
    }
    if queries::insert(tx, &own)?.is_some() {
        return Err(Error::internal("what was split off stands beside the open one"));
    }
    tell::fact(tx, &own, events::OPENED, &own.opened())?;
    let by = tell::by(tx);
    tell::line(tx, &mut own, Event::SplitFrom { conversation: from.id, by: by.clone() }, String::new())?;
    copy(tx, &mut own, &chosen)?;
    tell::saved(tx, &own, None)?;
    tx.emit(Fact::new(events::SPLIT, own.id, &events::Split { conversation_id: own.id, from_id: from.id })?);

    tell::line(tx, &mut from, Event::SplitInto { conversation: own.id, by }, own.subject.clone().unwrap_or_default())?;
    tell::saved(tx, &from, None)?;
    links::add(tx, from.id, own.id)?;
    let numbers = json!({ "split_into": own.id, "messages": new.messages });
    audit::api::record(tx, Entry::new("conversations.split", "conversation", from.id).created(&numbers))?;
    audit::api::record(
        tx,
        Entry::new("conversations.split", "conversation", own.id).created(&json!({ "split_from": from.id })),
    )?;
    if new.mine {
        let me = api::assignee(tx.actor())?;
        return api::assign(tx, permit, own.id, me);
    }
    Ok(own)
}

/// The messages of these numbers, in their order: something that was said, and stands.
fn chosen(tx: &mut Tx<'_>, id: ConversationId, numbers: &[i64]) -> Result<Vec<Message>> {
    let mut numbers = numbers.to_vec();
    numbers.sort_unstable();
    numbers.dedup();
    let mut chosen = Vec::with_capacity(numbers.len());
    for (at, seq) in numbers.into_iter().enumerate() {
        let said = queries::message(tx, id, seq)?
            .filter(|message| message.kind != MessageKind::Event && message.recalled_at.is_none());
        chosen.push(said.ok_or_else(|| Error::field(format!("messages[{at}]"), "unknown"))?);
    }
    Ok(chosen)
}

/// Copies of messages, with the next numbers. The conversation is to be saved.
fn copy(tx: &mut Tx<'_>, own: &mut Conversation, chosen: &[Message]) -> Result<()> {
    let mut copies: Vec<Message> = Vec::with_capacity(chosen.len());
    for message in chosen {
        let seq = own.advance();
        let quoted = message.quote_seq.and_then(|quote| chosen.iter().position(|one| one.seq == quote));
        let card = match &message.data {
            Some(Data::Card(card)) => Some(card.clone()),
            Some(Data::Copied(copied)) => copied.card.clone(),
            _ => None,
        };
        let copied_from = CopiedFrom { conversation: message.conversation_id, seq: message.seq };
        let one = Message {
            id: tx.new_id(),
            conversation_id: own.id,
            seq,
            // No client can say this: a client id has no blanks.
            client_id: format!("copy {}", message.seq),
            quote_seq: quoted.and_then(|at| copies.get(at)).map(|copy| copy.seq),
            data: Some(Data::Copied(Copied { copied_from, card })),
            ..message.clone()
        };
        if one.author == Author::Customer {
            (own.unread, own.customer_read_seq) = (own.unread + 1, seq);
        }
        if !one.staff_only {
            own.preview = preview(&one.text);
        }
        if let Some(file) = one.file_id {
            files::api::attach(tx, file, "message", one.reference())?;
        }
        copies.push(one);
    }
    queries::insert_messages(tx, &copies)?;
    let docs: Vec<_> = copies.iter().map(|copy| copy.search_doc(own.labels())).collect();
    tx.index(&docs)?;
    for one in &copies {
        let kind = if one.staff_only { events::NOTE_POSTED } else { events::MESSAGE_POSTED };
        tx.emit(Fact::new(kind, own.id, one)?.on(own.topic(), one.seq));
    }
    Ok(())
}

/// Lets one that stands beside take the place of the open one, when that is over: from then on the customer writes here.
pub(crate) fn resume(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    policy::may_work(tx.actor(), &before)?;
    before.must_be_open()?;
    if !before.aside {
        return Ok(before);
    }
    if queries::open_of(tx, before.channel_id, before.customer_id)?.is_some() {
        return Err(codes::TALKS_ELSEWHERE.conflict());
    }
    let mut after = before.clone();
    after.aside = false;
    after.advance();
    tell::fact(tx, &after, events::CHANGED, &Changed { aside: Some(false), ..Changed::default() })?;
    let only = |of: &Conversation| json!({ "aside": of.aside });
    let entry = Entry::new("conversations.resumed", "conversation", id);
    audit::api::record(tx, entry.change(&only(&before), &only(&after)))?;
    tell::saved(tx, &after, None)?;
    Ok(after)
}

/// The permit of the demo story.
pub(crate) fn rehearsal(tx: &Tx<'_>) -> Result<Permit> {
    kernel::Actor::System("demo").permit(policy::REPLY, &Owned::NOBODY, tx.now())
}
