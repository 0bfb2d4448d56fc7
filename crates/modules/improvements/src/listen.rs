//! What a complaint comes to follows it; an order wins somebody back; an action goes with its task, and on when
//! whoever has it leaves.

use access::events::UserChanged;
use complaints::events::ComplaintFact;
use kernel::{Error, Id, Result};
use orders::events::OrderFact;
use store::{StoredFact, Tx};
use tasks::events::{OVERDUE, REASSIGNED, TAKEN, TaskFact};
use work::Listener;

use crate::{
    api::{self, Happening},
    duty,
    model::{ImprovementAction, ImprovementMoveKind, ImprovementState},
    policy, queries,
    queries::outcomes,
};

pub(crate) fn complaints() -> Listener {
    use complaints::events::{ARCHIVED, CHANGED, REGISTERED};
    Listener::new("improvements.complaints", &[REGISTERED, CHANGED, ARCHIVED], complaint)
}

pub(crate) fn orders() -> Listener {
    use orders::events::{CHANGED, TAKEN};
    Listener::new("improvements.orders", &[TAKEN, CHANGED], order)
}

pub(crate) fn tasks() -> Listener {
    Listener::new("improvements.tasks", &[OVERDUE, REASSIGNED, TAKEN], task)
}

pub(crate) fn people() -> Listener {
    Listener::new("improvements.people", &[UserChanged::KIND], person)
}

fn complaint(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let fact: ComplaintFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let complaint = complaints::api::get(tx, fact.complaint_id)?;
    let analysis = queries::analysis(tx, complaint.id)?;
    api::keep_outcome(tx, &complaint, analysis.as_ref())
}

/// Whoever buys within 90 days after a complaint was closed is won back; one whose order came to nothing is not.
fn order(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let order: OrderFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let members = match customers::api::members(tx, order.customer_id) {
        Err(Error::NotFound) => return Ok(()),
        members => members?,
    };
    for one in outcomes::closed_before(tx, &members, order.placed_at)? {
        let bought = api::bought_again(tx, one.customer_id, one.closed_at)?;
        if bought != one.bought_at {
            outcomes::bought(tx, one.complaint_id, bought)?;
        }
    }
    Ok(())
}

fn task(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if task.source != duty::ACTION {
        return Ok(());
    }
    let Some(id) = task.subject_id else { return Ok(()) };
    let id: Id<ImprovementAction> = id.parse().map_err(Error::internal)?;
    let before = queries::lock(tx, id)?;
    if before.state != ImprovementState::Open {
        return Ok(());
    }
    if fact.kind == OVERDUE {
        return if before.is_overdue(tx.now()) { api::overdue(tx, &before) } else { Ok(()) };
    }
    // As the task stands now: it may have been handed on since this fact, with the action or without.
    let now = ::tasks::api::task(tx, task.task_id)?;
    if before.owner_id == now.owner_id && (now.owner_id.is_some() || before.unit_id == now.unit_id) {
        return Ok(());
    }
    let turn = match now.owner_id {
        Some(owner) => duty::of_person(tx, owner, before.due_at)?,
        None => Some(duty::pool(now.unit_id, before.due_at)),
    };
    let Some(turn) = turn else { return Ok(()) };
    let name = turn.owner_name.clone();
    let after = before.clone().handed_over(&policy::vouched(tx.now())?, turn)?;
    let happening = Happening::new(ImprovementMoveKind::HandedOver, name);
    api::keep(tx, "improvements.handed_over", &before, &after, happening)
}

/// Whoever may no longer sign in loses nothing: what was theirs goes to their lead, or to their unit.
fn person(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let user: UserChanged = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if user.active {
        return Ok(());
    }
    let permit = policy::vouched(tx.now())?;
    let lead = people::api::lead_of(tx, user.user_id)?;
    for before in queries::left_behind(tx, user.user_id)? {
        let heir = match lead {
            Some(lead) => duty::of_person(tx, lead, before.due_at)?,
            None => None,
        };
        let turn = heir.unwrap_or_else(|| duty::pool(before.unit_id, before.due_at));
        let name = turn.owner_name.clone();
        let after = before.clone().handed_over(&permit, turn)?;
        let happening = Happening::new(ImprovementMoveKind::HandedOver, name);
        api::keep(tx, "improvements.handed_over", &before, &after, happening)?;
    }
    for before in queries::unverified(tx, user.user_id)? {
        let mut after = before.clone();
        after.verifier_id = lead.filter(|lead| Some(*lead) != before.owner_id && Some(*lead) != before.completed_by);
        after.version += 1;
        let happening = Happening::new(ImprovementMoveKind::HandedOver, "");
        api::keep(tx, "improvements.handed_over", &before, &after, happening)?;
    }
    Ok(())
}
