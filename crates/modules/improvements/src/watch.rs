//! What follows when a cause comes again: an action opens by itself, goes on, or is open again (R022).

use complaints::Complaint;
use kernel::{Id, Result, Timestamp};
use store::Tx;

use crate::{
    api::{self, Happening},
    duty,
    model::{
        ComplaintAnalysis, Complaints, DAY_MS, ImprovementAction, ImprovementMoveKind, ImprovementOrigin,
        ImprovementState, Steps, Turn, crowd,
    },
    policy, queries,
    queries::outcomes,
};

/// An action against a cause, not yet kept.
pub(crate) struct NewAction {
    pub title: String,
    pub cause_id: String,
    pub cause: String,
    pub origin: ImprovementOrigin,
    pub detail: String,
    pub complaints: Vec<Id<Complaint>>,
    pub turn: Turn,
}

/// An action as of now, with its number.
pub(crate) fn action(tx: &mut Tx<'_>, new: NewAction) -> Result<ImprovementAction> {
    let now = tx.now();
    let date = settings::api::day_of(tx, now)?;
    let day = date.to_string();
    let n = queries::next_number(tx, &day)?;
    let by_hand = new.origin == ImprovementOrigin::ByHand;
    let staff = tx.actor().staff().ok().filter(|_| by_hand).cloned();
    Ok(ImprovementAction {
        id: tx.new_id(),
        number: format!("GJ{}-{n:04}", date.strftime("%Y%m%d")),
        day,
        state: ImprovementState::Open,
        title: new.title,
        cause_id: new.cause_id,
        cause: new.cause,
        origin: new.origin,
        detail: new.detail,
        complaints: Complaints(new.complaints),
        owner_id: new.turn.owner_id,
        owner_name: new.turn.owner_name,
        unit_id: new.turn.unit_id,
        due_at: new.turn.due_at,
        corrective: String::new(),
        preventive: String::new(),
        steps: Steps::default(),
        result: None,
        completed_at: None,
        completed_by: None,
        completed_by_name: String::new(),
        verifier_id: None,
        verification: None,
        closed_at: None,
        reopened_at: None,
        reopenings: 0,
        opened_by: staff.as_ref().map(|staff| staff.id),
        opened_by_name: staff.map(|staff| staff.name.clone()).unwrap_or_default(),
        opened_at: now,
        version: 1,
    })
}

/// A complaint was found to be of this cause: what follows for its action. One that is open takes it in; one that is
/// done is open again when it came within the watch; else so many within so many days open one.
pub(crate) fn found(tx: &mut Tx<'_>, complaint: &Complaint, analysis: &ComplaintAnalysis) -> Result<()> {
    let cause = analysis.cause_id.as_str();
    queries::watch(tx, cause)?;
    let rules = queries::rules(tx)?;
    let came = complaint.registered_at;
    let last = queries::last_of(tx, cause)?;
    let mut after = Timestamp::from_millis(i64::MIN / 2);
    if let Some(before) = last {
        let Some(completed) = before.completed_at else {
            let joined = before.clone().joined(complaint.id);
            let happening = Happening::new(ImprovementMoveKind::Joined, complaint.number.as_str());
            return api::keep(tx, "improvements.joined", &before, &joined, happening);
        };
        // What came before it was done is what it was done about.
        if came <= completed {
            return Ok(());
        }
        if came.since(completed) <= rules.watch_days * DAY_MS {
            let until = completed.plus_millis(rules.watch_days * DAY_MS);
            let again = outcomes::same(tx, cause, completed, (completed, until))?;
            if (again.len() as i64) < rules.recurrences {
                return Ok(());
            }
            return reopen(tx, &before, &again.into_iter().map(|(id, _)| id).collect::<Vec<_>>(), complaint);
        }
        after = completed;
    }
    let window = rules.window_days * DAY_MS;
    let around = (came.plus_millis(-window), came.plus_millis(window));
    let all = outcomes::same(tx, cause, after, around)?;
    let threshold = usize::try_from(rules.threshold).unwrap_or(usize::MAX);
    let Some(complaints) = crowd(&all, came, window, threshold) else { return Ok(()) };
    let turn = duty::turn(tx, analysis)?;
    let new = NewAction {
        title: analysis.cause.clone(),
        cause_id: analysis.cause_id.clone(),
        cause: analysis.cause.clone(),
        origin: ImprovementOrigin::Recurrence,
        detail: String::new(),
        complaints,
        turn,
    };
    let action = action(tx, new)?;
    api::open(tx, &action, complaint.number.clone())
}

fn reopen(tx: &mut Tx<'_>, before: &ImprovementAction, again: &[Id<Complaint>], complaint: &Complaint) -> Result<()> {
    let turn = duty::turn_again(tx, before)?;
    let after = before.clone().recurred(&policy::vouched(tx.now())?, again, turn);
    let happening = Happening::new(ImprovementMoveKind::Recurred, complaint.number.as_str());
    api::keep(tx, "improvements.reopened", before, &after, happening)
}
