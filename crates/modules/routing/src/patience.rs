//! When somebody waited for too long: for an answer of whoever has the conversation, or in the queue.

use conversations::{Conversation, ConversationId, api::QueueRef};
use kernel::{Result, Timestamp};
use store::Tx;

use crate::{
    attendance,
    events::{self, TakenBack},
    model::{Queue, Queues},
    policy, queries,
};

/// Conversations of one queue in one round.
const AT_ONCE: i64 = 50;
const MINUTE: i64 = 60_000;

/// Conversations whose customers waited in vain for an answer of whoever has them, each with its queue.
pub(crate) fn silent(tx: &mut Tx<'_>, queues: &Queues) -> Result<Vec<(Conversation, Queue)>> {
    let now = tx.now();
    let mut found = Vec::new();
    for queue in queues.all.iter().filter(|queue| queue.silent_minutes > 0) {
        let before = now.plus_millis(-queue.silent_minutes * MINUTE);
        for conversation in conversations::api::unanswered(tx, queue.id, before, AT_ONCE)? {
            let Some(user) = conversation.assignee_id else { continue };
            // Whoever was given it a moment ago has as long as anybody.
            let since: Option<Timestamp> = queries::has_since(tx, conversation.id, user)?;
            if since.is_some_and(|since| since <= before) {
                found.push((conversation, queue.clone()));
            }
        }
    }
    Ok(found)
}

/// Puts those back into their queue, where they wait in the turn they had.
pub(crate) fn take_back(tx: &mut Tx<'_>, queues: &Queues) -> Result<()> {
    for (conversation, queue) in silent(tx, queues)? {
        let Some(user) = conversation.assignee_id else { continue };
        let permit = policy::may_transfer(tx.actor(), &conversation, tx.now())?;
        let now = tx.now();
        queries::note_silence(tx, conversation.id, user, now)?;
        let place = QueueRef { id: queue.id, name: queue.name };
        let after = conversations::api::take_back(tx, &permit, conversation.id, place, queue.silent_minutes)?;
        let told = TakenBack {
            conversation_id: after.id,
            customer_name: after.customer_name.clone(),
            silent_minutes: queue.silent_minutes,
        };
        attendance::tell(tx, user, events::TAKEN_BACK, after.id.to_string(), &told)?;
    }
    Ok(())
}

/// Conversations that waited in their queue for so long that they become messages; not those that are
/// offered to somebody.
pub(crate) fn overdue(tx: &mut Tx<'_>, queues: &Queues) -> Result<Vec<ConversationId>> {
    let now = tx.now();
    let mut found = Vec::new();
    for queue in queues.all.iter().filter(|queue| queue.message_seconds > 0) {
        found.extend(queries::overdue(tx, queue.id, now.plus_seconds(-queue.message_seconds), AT_ONCE)?);
    }
    Ok(found)
}

/// Lets them be answered later.
pub(crate) fn end_waits(tx: &mut Tx<'_>, queues: &Queues) -> Result<()> {
    for id in overdue(tx, queues)? {
        conversations::api::keep_as_message(tx, id)?;
    }
    Ok(())
}
