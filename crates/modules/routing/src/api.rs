//! What other modules and the command line call.

use access::Placement;
use conversations::{Conversation, ConversationId};
use kernel::{Error, QueueId, Result, UserId};
use store::Tx;

pub use crate::allocate::rehearsal::Rehearsal;
use crate::{
    attendance,
    model::{Because, Presence, PresenceState, RECOVERY, Skill, SkillId, Wait},
    pass_on, policy, queries,
};

/// Counts the figures of every day and queue again, from the ledger of waits.
///
/// # Errors
/// From the database.
pub fn rebuild_figures(tx: &mut Tx<'_>) -> Result<()> {
    queries::count_all(tx)
}

/// Whether there is a queue of this id.
///
/// # Errors
/// From the database.
pub fn is_queue(tx: &mut Tx<'_>, id: QueueId) -> Result<bool> {
    match queries::queue(tx, id) {
        Ok(_) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(error) => Err(error),
    }
}

/// What a queue is called; also one that is no more.
///
/// # Errors
/// From the database.
pub fn queue_name(tx: &mut Tx<'_>, id: QueueId) -> Result<Option<String>> {
    match queries::queue(tx, id) {
        Ok(queue) => Ok(Some(queue.name)),
        Err(Error::NotFound) => Ok(queries::retired(tx, &[id])?.into_iter().next().map(|queue| queue.name)),
        Err(error) => Err(error),
    }
}

/// What people can be good at, in the order it was named.
///
/// # Errors
/// From the database.
pub fn skills(tx: &mut Tx<'_>) -> Result<Vec<Skill>> {
    queries::skills(tx)
}

/// Who is how good at what: person, skill, level from 1 to 5.
///
/// # Errors
/// From the database.
pub fn levels(tx: &mut Tx<'_>) -> Result<Vec<(UserId, SkillId, i64)>> {
    queries::levels(tx)
}

/// The queues this person serves.
///
/// # Errors
/// From the database.
pub fn queues_of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<QueueId>> {
    let queues = queries::queues(tx)?;
    Ok(queues.all.iter().filter(|queue| queues.serves(queue, user)).map(|queue| queue.id).collect())
}

/// Lets somebody who takes work rest from now on: what was offered to them goes to others, and nothing is until they
/// take work again. Answers the version of their presence then; none, and nothing happens, where they take none.
///
/// # Errors
/// From the database.
pub fn rest(tx: &mut Tx<'_>, user: UserId) -> Result<Option<i64>> {
    match queries::presence(tx, user)? {
        Some(presence) if matches!(presence.state, PresenceState::Ready | PresenceState::Finishing) => {
            let after = attendance::set_state(tx, presence, PresenceState::NotReady, Because::desk(RECOVERY))?;
            Ok(Some(after.version))
        }
        _ => Ok(None),
    }
}

/// Lets somebody who rests take work again; false where they said otherwise meanwhile.
///
/// # Errors
/// From the database.
pub fn wake(tx: &mut Tx<'_>, user: UserId) -> Result<bool> {
    match queries::presence(tx, user)? {
        Some(presence) if is_resting(&presence) => {
            attendance::set_state(tx, presence, PresenceState::Ready, Because::default())?;
            Ok(true)
        }
        _ => Ok(false),
    }
}

/// Whether this is somebody who rests.
pub fn is_resting(presence: &Presence) -> bool {
    presence.state == PresenceState::NotReady
        && presence.reason_id.is_none()
        && presence.reason.as_deref() == Some(RECOVERY)
}

/// Lets a conversation that waits come before others of a lower priority, 0 to 9; nothing where it does not
/// wait. Other rules of its queue weigh it anew.
///
/// # Errors
/// From the database.
pub fn set_priority(tx: &mut Tx<'_>, id: ConversationId, priority: i64) -> Result<()> {
    let Some(wait) = queries::open_wait(tx, id)? else { return Ok(()) };
    let weighed = priority > 0 || !wait.asks.0.is_empty();
    queries::save_wait(tx, &Wait { priority, weighed, ..wait })
}

/// Passes a conversation on to a colleague who is there and has room, as the actor may.
///
/// # Errors
/// [`Error::NotFound`] and [`Error::Forbidden`] as for any change of it; [`Error::Conflict`] when they cannot be
/// given it, or it is closed; [`Error::Invalid`] for nobody.
pub fn pass_to_person(
    tx: &mut Tx<'_>,
    placement: &dyn Placement,
    id: ConversationId,
    user: UserId,
) -> Result<Conversation> {
    let conversation = conversations::api::lock(tx, id)?;
    let permit = policy::may_transfer(tx.actor(), &conversation, tx.now())?;
    let to = pass_on::to_person(tx, placement, &conversation, user, false)?;
    conversations::api::transfer(tx, &permit, id, to, None)
}

/// Passes a conversation on to a queue that somebody serves, as the actor may.
///
/// # Errors
/// As [`pass_to_person`].
pub fn pass_to_queue(tx: &mut Tx<'_>, id: ConversationId, queue: QueueId) -> Result<Conversation> {
    let conversation = conversations::api::lock(tx, id)?;
    let permit = policy::may_transfer(tx.actor(), &conversation, tx.now())?;
    let to = pass_on::to_queue(tx, &conversation, queue, false)?;
    conversations::api::transfer(tx, &permit, id, to, None)
}
