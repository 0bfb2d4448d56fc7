//! Editing and taking back what one said. The original is always kept.

use audit::api::Entry;
use kernel::{Check, Error, Result, Timestamp};
use serde_json::json;
use store::{Tx, outbox};

use crate::{
    codes, events,
    model::{Conversation, ConversationId, Message, MessageKind, MessageVersion, Side, check_text, preview},
    policy, queries, tell,
};

/// For how long a message may be edited, in milliseconds.
pub(crate) const EDITABLE_MS: i64 = 2 * 60 * 1_000;
/// For how long a message may be taken back, in milliseconds.
pub(crate) const RECALLABLE_MS: i64 = 2 * 60 * 1_000;

/// Changes the words of the actor's own message of at most two minutes ago; nothing happens when
/// they are the same.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs; [`Error::Conflict`] when it is too old, recalled or no
/// words; [`Error::Invalid`] for words that are no message.
pub fn edit(tx: &mut Tx<'_>, id: ConversationId, seq: i64, text: &str) -> Result<Message> {
    let (conversation, before) = own(tx, id, seq, EDITABLE_MS)?;
    if before.kind == MessageKind::Card {
        return Err(codes::NOT_EDITABLE.conflict());
    }
    check_text(Check::new(), text, before.file_id.is_some()).done()?;
    if before.text == text {
        return Ok(before);
    }
    let after = Message { text: text.to_owned(), edited_at: Some(tx.now()), ..before.clone() };
    let kind = if after.staff_only { events::NOTE_EDITED } else { events::MESSAGE_EDITED };
    replace(tx, conversation, &before, after, (kind, "conversations.message_edited"))
}

/// Takes back the actor's own message of at most two minutes ago: its words are no longer shown to
/// anybody who may not read what was said before.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs; [`Error::Conflict`] when it is too old.
pub fn recall(tx: &mut Tx<'_>, id: ConversationId, seq: i64) -> Result<Message> {
    let (conversation, before) = own(tx, id, seq, RECALLABLE_MS)?;
    let after =
        Message { text: String::new(), file_id: None, data: None, recalled_at: Some(tx.now()), ..before.clone() };
    let kind = if after.staff_only { events::NOTE_RECALLED } else { events::MESSAGE_RECALLED };
    replace(tx, conversation, &before, after, (kind, "conversations.message_recalled"))
}

/// The actor's own message, under the conversation's lock.
fn own(tx: &mut Tx<'_>, id: ConversationId, seq: i64, within: i64) -> Result<(Conversation, Message)> {
    let conversation = queries::lock(tx, id)?;
    let message = queries::message(tx, id, seq)?;
    let note = message.as_ref().is_some_and(|message| message.staff_only);
    let side = policy::may_post(tx.actor(), &conversation, note)?;
    let message = message.ok_or(Error::NotFound)?;
    if message.kind == MessageKind::Event || message.author_id != tx.actor().id_text() {
        return Err(if message.staff_only && side == Side::Customer {
            Error::NotFound
        } else {
            codes::NOT_YOURS.conflict()
        });
    }
    if message.recalled_at.is_some() {
        return Err(codes::RECALLED.conflict());
    }
    if !message.staff_only && !conversation.channel_kind.is_direct() {
        return Err(codes::SENT_OUT.conflict());
    }
    if tx.now().since(message.at) > within {
        return Err(codes::TOO_LATE.conflict());
    }
    Ok((conversation, message))
}

/// Keeps what it said before, and lets everything that holds its words hold the new ones.
fn replace(
    tx: &mut Tx<'_>,
    mut conversation: Conversation,
    before: &Message,
    after: Message,
    (kind, action): (&'static str, &'static str),
) -> Result<Message> {
    let (id, seq, now) = (conversation.id, after.seq, tx.now());
    let kept = queries::versions(tx, id, seq)?;
    let since: Timestamp = before.edited_at.unwrap_or(before.at);
    let version = MessageVersion {
        id: tx.new_id(),
        conversation_id: id,
        seq,
        number: kept.len() as i64 + 1,
        text: before.text.clone(),
        file_id: before.file_id,
        data: before.data.clone(),
        at: since,
        replaced_at: now,
    };
    queries::insert_version(tx, &version)?;
    // The words are kept among the versions, where they can be erased: the trail says that there are some.
    let entry = json!({"message": seq, "version": version.number});
    audit::api::record(tx, Entry::new(action, "conversation", id).created(&entry))?;
    queries::save_said(tx, &after)?;
    let reference = after.reference();
    tx.unindex("message", &reference, after.at)?;
    if !after.text.is_empty() {
        tx.index(&[after.search_doc(conversation.labels())])?;
    }
    // Whoever comes back later must not be told what was said before.
    outbox::restate(tx, &conversation.topic(), seq, &after)?;
    // A file without words was shown by its name.
    let shown = before.file_id.is_some() || preview(&before.text) == conversation.preview;
    if shown && !before.staff_only && conversation.last_message_at == before.at {
        conversation.preview = preview(&after.text);
    }
    conversation.advance();
    tell::fact(tx, &conversation, kind, &after)?;
    tell::saved(tx, &conversation, None)?;
    Ok(after)
}
