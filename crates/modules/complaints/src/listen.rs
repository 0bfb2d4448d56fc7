//! A complaint goes with its task, with the decision on its compensation, and on when its owner leaves.

use access::events::UserChanged;
use approvals::events::{ApprovalFact, DECIDED, WITHDRAWN};
use kernel::{Error, Id, Result};
use store::{StoredFact, Tx};
use tasks::events::{OVERDUE, REASSIGNED, TAKEN, TaskFact};
use work::Listener;

use crate::{
    api::{self, Happening},
    duty,
    model::{Complaint, ComplaintMoveKind, Turn},
    policy, queries,
};

pub(crate) fn tasks() -> Listener {
    Listener::new("complaints.tasks", &[OVERDUE, REASSIGNED, TAKEN], task)
}

pub(crate) fn approvals() -> Listener {
    Listener::new("complaints.approvals", &[DECIDED, WITHDRAWN], approval)
}

pub(crate) fn people() -> Listener {
    Listener::new("complaints.people", &[UserChanged::KIND], person)
}

fn task(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if task.source != duty::STEP {
        return Ok(());
    }
    let Some(id) = task.subject_id else { return Ok(()) };
    let id: Id<Complaint> = id.parse().map_err(Error::internal)?;
    let complaint = queries::lock(tx, id)?;
    if complaint.is_closed() {
        return Ok(());
    }
    if fact.kind == OVERDUE {
        // One that went on since is late no more.
        return if complaint.is_overdue(tx.now()) {
            api::overdue(tx, &complaint)
        } else {
            Ok(())
        };
    }
    // As the task stands now: it may have been handed on since this fact, with the complaint or without.
    let owner = ::tasks::api::task(tx, task.task_id)?.owner_id;
    let Some(owner) = owner.filter(|owner| complaint.owner_id != Some(*owner)) else { return Ok(()) };
    let Some(turn) = duty::of_person(tx, owner, complaint.due_at)? else { return Ok(()) };
    hand(tx, &complaint, turn)
}

fn hand(tx: &mut Tx<'_>, complaint: &Complaint, turn: Turn) -> Result<()> {
    let name = turn.owner_name.clone();
    let after = complaint.clone().handed_over(turn)?;
    api::keep(tx, "complaints.handed_over", complaint, &after, Happening::new(ComplaintMoveKind::HandedOver, name))
}

fn approval(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let approval: ApprovalFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if approval.source != duty::SOURCE {
        return Ok(());
    }
    let Some(id) = approval.subject_id else { return Ok(()) };
    let id: Id<Complaint> = id.parse().map_err(Error::internal)?;
    let before = queries::lock(tx, id)?;
    let asked = before.directive.as_ref().and_then(|one| one.approval_id);
    if asked != Some(approval.approval_id) || !before.is_approval_pending() {
        return Ok(());
    }
    let granted = approval.state == approvals::ApprovalState::Approved;
    let kind = if granted { ComplaintMoveKind::Granted } else { ComplaintMoveKind::Denied };
    let after = before.clone().compensation(granted)?;
    api::keep(tx, "complaints.compensation", &before, &after, Happening::new(kind, ""))?;
    if !granted {
        return Ok(());
    }
    // The leader's word has gone out: what waited for the money alone goes on.
    go_on(tx, after).map(drop)
}

/// Goes on to the next step, where nothing is missing.
pub(crate) fn go_on(tx: &mut Tx<'_>, before: Complaint) -> Result<Complaint> {
    if before.duties().iter().any(|one| !one.met) {
        return Ok(before);
    }
    let turn = duty::turn(tx, &before, before.next())?;
    let after = before.clone().completed(&policy::vouched(tx.now())?, turn)?;
    let happening = Happening::new(ComplaintMoveKind::Completed, "");
    api::keep(tx, "complaints.completed", &before, &after, happening)?;
    Ok(after)
}

/// Whoever may no longer sign in loses nothing: what was theirs goes to their lead, or to their unit.
fn person(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let user: UserChanged = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if user.active {
        return Ok(());
    }
    let lead = people::api::lead_of(tx, user.user_id)?;
    for before in queries::left_behind(tx, user.user_id)? {
        let heir = match lead {
            Some(lead) => duty::of_person(tx, lead, before.due_at)?,
            None => None,
        };
        let unit_id = before.handler_unit_id;
        let turn = heir.unwrap_or(Turn { owner_id: None, owner_name: String::new(), unit_id, due_at: before.due_at });
        let after = before.clone().left_by(user.user_id, turn);
        api::keep(tx, "complaints.handed_over", &before, &after, Happening::new(ComplaintMoveKind::HandedOver, ""))?;
    }
    Ok(())
}
