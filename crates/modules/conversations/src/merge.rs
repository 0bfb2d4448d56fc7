//! Two conversations of one person about one thing become one: the one that moved is over and leads to the one that
//! stays. No message is moved; what is known of it (tags, links, those who take part, since when the customer waits)
//! goes along. Taken back while nothing else has happened.

use audit::api::Entry;
use kernel::{CustomerId, Error, Permit, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Record, Tx, params, sql};

use crate::{
    after_hours, clock, codes, events,
    events::Changed,
    links,
    model::{Conversation, ConversationId, Event, Side, State, Tags},
    participation, policy, queries, tell,
};

/// How the two stood before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Before {
    state: State,
    waiting_since: Option<Timestamp>,
    snoozed_until: Option<Timestamp>,
    after_hours: bool,
    kept_waiting_since: Option<Timestamp>,
    kept_first_message_at: Option<Timestamp>,
    kept_aside: bool,
    /// What the one that stays was given: tags, people, links.
    tags: Vec<String>,
    joined: Vec<UserId>,
    linked: Vec<ConversationId>,
}

store::kept_as_json!(Before);

store::record! {
    #[derive(Clone, Debug)]
    struct Merge {
        moved_id: ConversationId,
        kept_id: ConversationId,
        moved_seq: i64,
        kept_seq: i64,
        before: Before,
        by_id: Option<UserId>,
        by_name: String,
        at: Timestamp,
    }
}

sql! {
    INSERT(Merge) = "INSERT INTO conversation_merges ({cols}) VALUES ({vals})";
    OF_MOVED(Merge) = "SELECT {cols} FROM conversation_merges WHERE moved_id = $1";
    FORGET = "DELETE FROM conversation_merges WHERE moved_id = $1";
    ANY_MERGED = "SELECT id FROM conversations WHERE channel_id = $1 AND merged_into IS NOT NULL LIMIT 1";
    LAST_MERGED = "SELECT merged_into FROM conversations WHERE customer_id IN (SELECT value FROM json_each(CAST($1 AS TEXT)))
        AND channel_id = $2 AND merged_into IS NOT NULL
        ORDER BY opened_at DESC, id DESC LIMIT 1";
}

/// The one that moves and the one that stays, locked in one order; the actor works in both and may end the first.
fn both(tx: &mut Tx<'_>, id: ConversationId, into: ConversationId) -> Result<(Conversation, Conversation, Permit)> {
    let found = queries::lock_many(tx, &[id.min(into), id.max(into)])?;
    let one = |wanted: ConversationId| found.iter().find(|one| one.id == wanted).cloned().ok_or(Error::NotFound);
    let (moved, kept) = (one(id)?, one(into)?);
    for side in [&moved, &kept] {
        policy::may_work(tx.actor(), side)?;
    }
    let permit = policy::may_close(tx.actor(), &moved, tx.now())?;
    Ok((moved, kept, permit))
}

/// Puts a conversation together with another one of the same person, which stays. Answers the one that stays.
pub(crate) fn merge(tx: &mut Tx<'_>, id: ConversationId, into: ConversationId) -> Result<Conversation> {
    let (moved, kept, permit) = both(tx, id, into)?;
    if id == into {
        return Err(codes::ITSELF.conflict());
    }
    moved.must_be_open()?;
    kept.must_be_open()?;
    if !one_person(tx, moved.customer_id, kept.customer_id)? {
        return Err(codes::OTHER_CUSTOMER.conflict());
    }
    put_together(tx, &permit, moved, kept)
}

fn one_person(tx: &mut Tx<'_>, one: CustomerId, other: CustomerId) -> Result<bool> {
    Ok(one == other || customers::api::survivor(tx, one)? == customers::api::survivor(tx, other)?)
}

/// As [`merge`], of two locked ones that may be.
pub(crate) fn put_together(
    tx: &mut Tx<'_>,
    permit: &Permit,
    moved: Conversation,
    kept: Conversation,
) -> Result<Conversation> {
    let by = tell::by(tx);
    let mut before = Before {
        state: moved.state,
        waiting_since: moved.waiting_since,
        snoozed_until: moved.snoozed_until,
        after_hours: moved.after_hours,
        kept_waiting_since: kept.waiting_since,
        kept_first_message_at: kept.first_message_at,
        kept_aside: kept.aside,
        tags: Vec::new(),
        joined: Vec::new(),
        linked: Vec::new(),
    };

    let (mut gone, mut fact) = moved.clone().close(permit, Some(Side::Agent))?;
    (gone.merged_into, fact.merged_into) = (Some(kept.id), Some(kept.id));
    clock::wind(tx, &mut gone)?;
    participation::over(tx, &moved)?;
    tell::fact(tx, &gone, events::CLOSED, &fact)?;
    tell::line(tx, &mut gone, Event::MergedInto { conversation: kept.id, by: by.clone() }, String::new())?;
    after_hours::settled(tx, &mut gone)?;
    tell::saved(tx, &gone, None)?;

    let mut stays = kept.clone();
    tell::line(tx, &mut stays, Event::MergedFrom { conversation: moved.id, by }, String::new())?;
    // The customer's words still wait for an answer: here, from now on.
    if let Some(since) = moved.unanswered_since() {
        stays.waiting_since = Some(stays.waiting_since.map_or(since, |own| own.min(since)));
        stays.first_message_at = stays.first_message_at.or(moved.first_message_at);
    }
    // Nobody writes in the one it stood beside any more.
    if kept.aside && !moved.aside && kept.channel_id == moved.channel_id && kept.customer_id == moved.customer_id {
        stays.aside = false;
    }
    before.tags = add_tags(tx, &mut stays, &moved.tags)?;
    clock::wind(tx, &mut stays)?;
    tell::saved(tx, &stays, None)?;
    if !before.tags.is_empty() {
        queries::save_tags(tx, &stays)?;
    }
    (stays, before.joined) = participation::carry(tx, stays, &moved)?;
    before.linked = links::carry(tx, moved.id, kept.id)?;

    let row = Merge {
        moved_id: gone.id,
        kept_id: stays.id,
        moved_seq: gone.last_seq,
        kept_seq: stays.last_seq,
        before,
        by_id: tx.actor().staff().ok().map(|staff| staff.id),
        by_name: tell::by(tx).map(|by| by.name).unwrap_or_default(),
        at: tx.now(),
    };
    tx.exec(&INSERT, &row.values())?;
    trail(tx, "conversations.merged", gone.id, json!({ "merged_into": null }), json!({ "merged_into": stays.id }))?;
    trail(tx, "conversations.merged", stays.id, json!(null), json!({ "merged_from": gone.id }))?;
    Ok(stays)
}

/// Takes that back, while nobody has said or done anything in either since. Answers the one that moved.
pub(crate) fn undo(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    let row: Merge = match tx.maybe(&OF_MOVED, params![id])? {
        Some(row) => row,
        None => {
            let conversation = queries::find(tx, id)?;
            policy::may_work(tx.actor(), &conversation)?;
            return Err(codes::NOT_MERGED.conflict());
        }
    };
    let (moved, kept, permit) = both(tx, id, row.kept_id)?;
    let quiet =
        |tx: &mut Tx<'_>, id, seq| Ok::<_, Error>(queries::messages_after(tx, id, seq, 1, Side::Agent)?.is_empty());
    let elsewhere = queries::open_of(tx, moved.channel_id, moved.customer_id)?;
    let free = moved.aside || elsewhere.is_none_or(|open| open.id == kept.id && row.before.kept_aside);
    if !free || kept.state == State::Closed || !quiet(tx, id, row.moved_seq)? || !quiet(tx, kept.id, row.kept_seq)? {
        return Err(codes::MERGE_OVER.conflict());
    }
    let by = tell::by(tx);
    let Before { tags, joined, linked, .. } = row.before.clone();

    let mut stays = kept;
    tell::line(tx, &mut stays, Event::MergeUndone { conversation: id, by: by.clone() }, String::new())?;
    stays.waiting_since = row.before.kept_waiting_since;
    (stays.first_message_at, stays.aside) = (row.before.kept_first_message_at, row.before.kept_aside);
    if stays.tags.0.iter().any(|tag| tags.contains(tag)) {
        stays.tags.0.retain(|tag| !tags.contains(tag));
        told_tags(tx, &mut stays)?;
    }
    rewind(tx, &mut stays)?;
    tell::saved(tx, &stays, None)?;
    queries::save_tags(tx, &stays)?;
    let stays = participation::leave_all(tx, stays, &joined)?;
    for other in linked.into_iter().chain([id]) {
        links::forget(tx, stays.id, other)?;
    }

    let mut back = moved;
    let (state, aside) = (row.before.state, back.aside);
    back.reopen(&permit, state);
    (back.waiting_since, back.snoozed_until) = (row.before.waiting_since, row.before.snoozed_until);
    (back.aside, back.final_ms) = (aside, None);
    reopened(tx, &back)?;
    tell::line(tx, &mut back, Event::MergeUndone { conversation: stays.id, by }, String::new())?;
    rewind(tx, &mut back)?;
    tell::saved(tx, &back, None)?;
    tx.exec(&FORGET, params![id])?;
    trail(tx, "conversations.merge_undone", id, json!({ "merged_into": stays.id }), json!({ "merged_into": null }))?;
    Ok(back)
}

/// It goes on with whoever had it, or waits again as it did.
fn reopened(tx: &mut Tx<'_>, back: &Conversation) -> Result<()> {
    match (back.state, back.assignee_id) {
        (State::Active, Some(assignee_id)) => {
            let fact = events::Assigned {
                conversation_id: back.id,
                assignee_id,
                assignee_name: back.assignee_name.clone().unwrap_or_default(),
                unit_id: back.unit_id,
                before: None,
            };
            tell::fact(tx, back, events::ASSIGNED, &fact)
        }
        (State::Message, _) => tell::fact(tx, back, events::LEFT_MESSAGE, &back.opened()),
        _ => tell::fact(tx, back, events::REQUEUED, &back.opened()),
    }
}

fn rewind(tx: &mut Tx<'_>, conversation: &mut Conversation) -> Result<()> {
    if conversation.terms.is_some() {
        let calendar = settings::api::calendar(tx)?;
        conversation.rewind(&calendar);
    }
    Ok(())
}

/// Those of the tags that were not there, as far as there is room.
fn add_tags(tx: &mut Tx<'_>, stays: &mut Conversation, from: &Tags) -> Result<Vec<String>> {
    let room = Tags::MOST.saturating_sub(stays.tags.0.len());
    let new: Vec<String> = from.0.iter().filter(|tag| !stays.tags.0.contains(tag)).take(room).cloned().collect();
    if !new.is_empty() {
        stays.tags.0.extend(new.iter().cloned());
        told_tags(tx, stays)?;
    }
    Ok(new)
}

fn told_tags(tx: &mut Tx<'_>, stays: &mut Conversation) -> Result<()> {
    stays.advance();
    tell::fact(tx, stays, events::CHANGED, &Changed { tags: Some(stays.tags.clone()), ..Changed::default() })
}

/// Whether what a customer begins on this channel goes on with one that another was put together with: that one, while
/// it is open.
pub(crate) fn continued(tx: &mut Tx<'_>, new: &Conversation) -> Result<Option<Conversation>> {
    // Every opening comes by here, and on most channels nothing was ever merged.
    let any: Option<(ConversationId,)> = tx.maybe(&ANY_MERGED, params![new.channel_id])?;
    if any.is_none() {
        return Ok(None);
    }
    // Whoever is one person since has the talks of both.
    let who = match customers::api::members(tx, new.customer_id) {
        Err(Error::NotFound) => return Ok(None),
        who => json!(who?).to_string(),
    };
    let last: Option<(ConversationId,)> = tx.maybe(&LAST_MERGED, params![who, new.channel_id])?;
    match last {
        Some((kept,)) => Ok(Some(queries::lock(tx, kept)?).filter(|kept| kept.state != State::Closed)),
        None => Ok(None),
    }
}

/// Says in both that the customer went on elsewhere. The new one is to be saved.
pub(crate) fn continues(tx: &mut Tx<'_>, new: &mut Conversation, mut kept: Conversation) -> Result<()> {
    tell::line(tx, new, Event::Continues { conversation: kept.id }, String::new())?;
    tell::line(tx, &mut kept, Event::ContinuedBy { conversation: new.id }, String::new())?;
    tell::saved(tx, &kept, None)?;
    links::add(tx, new.id, kept.id)
}

fn trail(
    tx: &mut Tx<'_>,
    action: &'static str,
    id: ConversationId,
    before: serde_json::Value,
    after: serde_json::Value,
) -> Result<()> {
    audit::api::record(tx, Entry::new(action, "conversation", id).change(&before, &after))
}
