//! An item goes with its task, and on when whoever has it leaves.

use access::events::UserChanged;
use kernel::{Error, Id, Result};
use store::{StoredFact, Tx};
use tasks::events::{REASSIGNED, TAKEN, TaskFact};
use work::Listener;

use crate::{
    api::{self, Happening},
    duty,
    model::{FeedbackItem, FeedbackMoveKind},
    policy, queries,
};

pub(crate) fn tasks() -> Listener {
    Listener::new("feedback.tasks", &[REASSIGNED, TAKEN], task)
}

pub(crate) fn people() -> Listener {
    Listener::new("feedback.people", &[UserChanged::KIND], person)
}

fn task(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if task.source != duty::ANSWER {
        return Ok(());
    }
    let Some(id) = task.subject_id else { return Ok(()) };
    let id: Id<FeedbackItem> = id.parse().map_err(Error::internal)?;
    let before = queries::lock(tx, id)?;
    // As the task stands now: it may have been handed on since this fact, with the item or without.
    let now = ::tasks::api::task(tx, task.task_id)?;
    if !before.is_open() || before.owner_id == now.owner_id && (now.owner_id.is_some() || before.unit_id == now.unit_id)
    {
        return Ok(());
    }
    let turn = match now.owner_id {
        Some(owner) => duty::of_person(tx, owner, before.due_at)?,
        None => Some(duty::pool(now.unit_id, before.due_at)),
    };
    let Some(turn) = turn else { return Ok(()) };
    let name = turn.owner_name.clone();
    let after = before.clone().assigned(&policy::vouched(tx.now())?, turn)?;
    api::keep(tx, "feedback.assigned", &before, &after, Happening::new(FeedbackMoveKind::Assigned, name))
}

/// Whoever may no longer sign in loses nothing: what they had waits in the pool of their unit.
fn person(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let user: UserChanged = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if user.active {
        return Ok(());
    }
    let permit = policy::vouched(tx.now())?;
    for before in queries::left_behind(tx, user.user_id)? {
        let after = before.clone().assigned(&permit, duty::pool(before.unit_id, before.due_at))?;
        api::keep(tx, "feedback.assigned", &before, &after, Happening::new(FeedbackMoveKind::Assigned, ""))?;
    }
    Ok(())
}
