//! Changes to what is said about a conversation: tags, page, wrap-up, rating.

use audit::api::Entry;
use kernel::{Error, Result};
use store::{Fact, Tx};

use crate::{
    codes, events,
    events::{Changed, Rated},
    model::{Conversation, ConversationId, Event, NewRating, RatingRow, Side, Tags, VisitedPage, WrapUp},
    policy, queries,
    reasons::{self, NewWrapUp},
    tell,
};

/// For how long a customer may think again about a rating, in milliseconds.
pub(crate) const RATING_CHANGEABLE_MS: i64 = 24 * 60 * 60 * 1_000;

/// Changes a conversation and tells what `change` says it changed; nothing happens when that is nothing.
pub(crate) fn change(
    tx: &mut Tx<'_>,
    id: ConversationId,
    change: impl FnOnce(&mut Conversation, &mut Changed) -> Result<()>,
) -> Result<Conversation> {
    let before = queries::lock(tx, id)?;
    let (mut after, mut changed) = (before.clone(), Changed::default());
    change(&mut after, &mut changed)?;
    if after == before {
        return Ok(before);
    }
    after.advance();
    tell::fact(tx, &after, events::CHANGED, &changed)?;
    tell::saved(tx, &after, None)?;
    Ok(after)
}

/// Notes where on the web the visitor is now.
///
/// # Errors
/// [`Error::NotFound`] without the conversation.
pub fn visited(tx: &mut Tx<'_>, id: ConversationId, page: VisitedPage) -> Result<Conversation> {
    let page = page.tamed();
    change(tx, id, |conversation, changed| {
        if conversation.page.as_ref() != Some(&page) {
            conversation.page = Some(page.clone());
            changed.page = Some(page);
        }
        Ok(())
    })
}

/// Sorts a conversation by these words instead of those it had.
///
/// # Errors
/// [`Error::NotFound`] without the conversation.
pub fn set_tags(tx: &mut Tx<'_>, id: ConversationId, tags: Tags) -> Result<Conversation> {
    let before = queries::find(tx, id)?.tags;
    if before == tags {
        return queries::find(tx, id);
    }
    let after = change(tx, id, |conversation, changed| {
        conversation.tags = tags.clone();
        changed.tags = Some(tags);
        Ok(())
    })?;
    queries::save_tags(tx, &after)?;
    let tags = |tags: &Tags| serde_json::json!({ "tags": tags });
    audit::api::record(
        tx,
        Entry::new("conversations.tagged", "conversation", id).change(&tags(&before), &tags(&after.tags)),
    )?;
    Ok(after)
}

/// Says what a conversation, which the caller saves, was about.
pub(crate) fn wrap_up(tx: &mut Tx<'_>, conversation: &mut Conversation, new: NewWrapUp) -> Result<()> {
    new.check()?;
    let reason = new.reason_id.map(|id| reasons::words(tx, id)).transpose()?;
    let note = new.note.map(|note| note.trim().to_owned()).filter(|note| !note.is_empty());
    let wrap_up = WrapUp { reason_id: new.reason_id, reason, note, at: tx.now(), by: tell::by(tx) };
    conversation.wrap_up = Some(wrap_up.clone());
    conversation.advance();
    tell::fact(tx, conversation, events::CHANGED, &Changed { wrap_up: Some(wrap_up), ..Changed::default() })
}

/// Keeps what the customer, who acts, thinks of it: tied to whoever has it then. One given before
/// stays beside the new one.
///
/// # Errors
/// [`Error::NotFound`] when it is not theirs; [`Error::Conflict`] when the one they gave is too old to
/// be changed; [`Error::Invalid`] for a rating that says nothing, or too much.
pub fn rate(tx: &mut Tx<'_>, id: ConversationId, new: NewRating) -> Result<Conversation> {
    let mut conversation = queries::lock(tx, id)?;
    if policy::may_reply(tx.actor(), &conversation)? != Side::Customer {
        return Err(Error::NotFound);
    }
    let now = tx.now();
    let rating = new.checked(now)?;
    let first = queries::first_rating(tx, id)?;
    if first.as_ref().is_some_and(|first| now.since(first.at) > RATING_CHANGEABLE_MS) {
        return Err(codes::RATED.conflict());
    }
    let (queue_id, agent_id, agent_name) = match first {
        Some(first) => (first.queue_id, first.agent_id, first.agent_name),
        None => (conversation.queue_id, conversation.assignee_id, conversation.assignee_name.clone()),
    };
    queries::rated(
        tx,
        &RatingRow {
            id: tx.new_id(),
            conversation_id: id,
            customer_id: conversation.customer_id,
            channel_id: conversation.channel_id,
            queue_id,
            agent_id,
            agent_name,
            solved: rating.solved,
            score: rating.score,
            tags: rating.tags.clone(),
            comment: rating.comment.clone(),
            at: now,
            latest: true,
        },
    )?;
    let event = Event::Rated { solved: rating.solved, score: rating.score };
    conversation.rating = Some(rating.clone());
    conversation.advance();
    tell::fact(tx, &conversation, events::CHANGED, &Changed { rating: Some(rating), ..Changed::default() })?;
    tell::line(tx, &mut conversation, event, String::new())?;
    tell::saved(tx, &conversation, None)?;
    tx.emit(Fact::new(events::RATED, id, &Rated { conversation_id: id })?);
    Ok(conversation)
}
