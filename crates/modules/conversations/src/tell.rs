//! How what happened is kept and told: as a fact, as a line of the transcript, as a row of the lists.

use kernel::{Owned, Result};
use serde::Serialize;
use store::{Fact, Tx};

use crate::{
    events,
    model::{Author, Conversation, Data, Event, Message, MessageKind, Named},
    queries,
};

/// Keeps and tells what happened to a conversation, as its fact number `last_seq`.
pub(crate) fn fact(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    kind: &'static str,
    fact: &impl Serialize,
) -> Result<()> {
    tx.emit(Fact::new(kind, conversation.id, fact)?.on(conversation.topic(), conversation.last_seq));
    Ok(())
}

/// Saves a conversation, and tells the lists that hold it and those that held it before.
pub(crate) fn saved(tx: &mut Tx<'_>, conversation: &Conversation, before: Option<Owned>) -> Result<()> {
    queries::save(tx, conversation)?;
    inbox(tx, conversation, before)
}

/// Tells the lists that hold this conversation, and those that held it before.
pub(crate) fn inbox(tx: &mut Tx<'_>, conversation: &Conversation, before: Option<Owned>) -> Result<()> {
    let owned = conversation.owned();
    if let Some(before) = before.filter(|before| *before != owned) {
        tx.notify("inbox", "conversation.left", conversation, Some(before))?;
    }
    tx.notify("inbox", "conversation.changed", conversation, Some(owned))?;
    for one in &conversation.participants.0 {
        tx.notify("inbox", "conversation.changed", conversation, Some(Owned::by(one.user_id, None)))?;
    }
    Ok(())
}

/// Writes a line of what happened, with `text` where there is something to read. The conversation is
/// to be saved afterwards.
pub(crate) fn line(tx: &mut Tx<'_>, conversation: &mut Conversation, event: Event, text: String) -> Result<Message> {
    // No client can say this: a client id has no blanks.
    let client_id = format!("event {}", conversation.last_seq + 1);
    line_as(tx, conversation, client_id, event, text)
}

/// As [`line`], with a client id that keeps it from being written twice.
pub(crate) fn line_as(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    client_id: String,
    event: Event,
    text: String,
) -> Result<Message> {
    let staff_only = event.staff_only();
    write(tx, conversation, client_id, MessageKind::Event, text, Some(Data::Event(event)), staff_only)
}

/// Writes a note in the actor's name. The conversation is to be saved afterwards.
pub(crate) fn note(tx: &mut Tx<'_>, conversation: &mut Conversation, text: String) -> Result<Message> {
    let client_id = format!("note {}", conversation.last_seq + 1);
    write(tx, conversation, client_id, MessageKind::Note, text, None, true)
}

fn write(
    tx: &mut Tx<'_>,
    conversation: &mut Conversation,
    client_id: String,
    kind: MessageKind,
    text: String,
    data: Option<Data>,
    staff_only: bool,
) -> Result<Message> {
    let author = (kind == MessageKind::Note).then(|| by(tx)).flatten();
    let seq = conversation.advance();
    let message = Message {
        id: tx.new_id(),
        conversation_id: conversation.id,
        seq,
        client_id,
        author: if author.is_some() { Author::Agent } else { Author::System },
        author_id: author.as_ref().map(|by| by.id.clone()),
        author_name: author.map(|by| by.name).unwrap_or_default(),
        kind,
        text,
        file_id: None,
        at: tx.now(),
        staff_only,
        quote_seq: None,
        data,
        edited_at: None,
        recalled_at: None,
    };
    queries::insert_messages(tx, std::slice::from_ref(&message))?;
    if kind == MessageKind::Note {
        tx.index(&[message.search_doc(conversation.labels())])?;
    }
    fact(tx, conversation, if staff_only { events::NOTE_POSTED } else { events::MESSAGE_POSTED }, &message)?;
    Ok(message)
}

/// The colleague who acts, if one does.
pub(crate) fn by(tx: &Tx<'_>) -> Option<Named> {
    tx.actor().staff().ok().map(|staff| Named::new(staff.id, staff.name.clone()))
}
