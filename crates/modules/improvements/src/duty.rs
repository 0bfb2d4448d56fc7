//! Who has an action, until when, and the tasks that say so.

use kernel::{Error, Result, Timestamp, UnitId, UserId};
use store::Tx;
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    model::{ComplaintAnalysis, ImprovementAction, ImprovementState, Turn},
    policy, queries,
};

/// What its tasks are about.
pub(crate) const SUBJECT: &str = "improvement_action";
/// The task of whoever has it.
pub(crate) const ACTION: &str = "improvements.action";
/// Of whoever verifies it.
pub(crate) const VERIFY: &str = "improvements.verify";
/// Of the lead who is to know that it is late.
const ALERT: &str = "improvements.alert";
const MINUTE: i64 = 60_000;

/// Until when an action that is opened now is to be done; none where business time never comes.
pub(crate) fn due(tx: &mut Tx<'_>) -> Result<Option<Timestamp>> {
    let minutes = queries::rules(tx)?.due_minutes;
    business(tx, minutes)
}

fn business(tx: &mut Tx<'_>, minutes: i64) -> Result<Option<Timestamp>> {
    match Due::BusinessMs(minutes * MINUTE).at(tx) {
        Ok(at) => Ok(Some(at)),
        Err(Error::Conflict(..)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// This person has it; none when they may no longer sign in.
pub(crate) fn of_person(tx: &mut Tx<'_>, id: UserId, due_at: Option<Timestamp>) -> Result<Option<Turn>> {
    match access::api::user(tx, id) {
        Ok(user) if user.is_active() => {
            let unit_id = people::api::unit_of(tx, id)?;
            Ok(Some(Turn { owner_id: Some(id), owner_name: user.name, unit_id, due_at }))
        }
        Ok(_) | Err(Error::NotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Nobody has it: it waits in the pool of a unit.
pub(crate) fn pool(unit_id: Option<UnitId>, due_at: Option<Timestamp>) -> Turn {
    Turn { owner_id: None, owner_name: String::new(), unit_id, due_at }
}

/// Who gets an action that opens by itself: the head of the department that answers for the cause, else whoever leads
/// the one who wrote the analysis, else they themselves.
pub(crate) fn turn(tx: &mut Tx<'_>, analysis: &ComplaintAnalysis) -> Result<Turn> {
    let due_at = due(tx)?;
    let head = match analysis.responsible_unit_id {
        Some(unit) => people::api::tree(tx)?.line(unit).into_iter().find_map(|unit| unit.lead_id),
        None => None,
    };
    let lead = people::api::lead_of(tx, analysis.by_id)?;
    for person in [head, lead, Some(analysis.by_id)].into_iter().flatten() {
        if let Some(turn) = of_person(tx, person, due_at)? {
            return Ok(turn);
        }
    }
    Ok(pool(analysis.responsible_unit_id, due_at))
}

/// Whoever had it has it again, with as much time as at first; else it waits in its unit's pool.
pub(crate) fn turn_again(tx: &mut Tx<'_>, action: &ImprovementAction) -> Result<Turn> {
    let due_at = due(tx)?;
    let owner = match action.owner_id {
        Some(owner) => of_person(tx, owner, due_at)?,
        None => None,
    };
    Ok(owner.unwrap_or_else(|| pool(action.unit_id, due_at)))
}

/// Who is to verify what this person completed: the nearest lead above who may, and is not the owner.
pub(crate) fn verifier(tx: &mut Tx<'_>, action: &ImprovementAction, completed_by: UserId) -> Result<Option<UserId>> {
    for from in [action.owner_id, Some(completed_by)].into_iter().flatten() {
        let lead = people::api::lead_who_may(tx, from, policy::VERIFY)?;
        if let Some(lead) = lead.filter(|lead| *lead != completed_by && Some(*lead) != action.owner_id) {
            return Ok(Some(lead));
        }
    }
    Ok(None)
}

fn subject(action: &ImprovementAction) -> Subject {
    Subject::new(SUBJECT, action.id)
}

fn assignee(action: &ImprovementAction) -> Assignee {
    match action.owner_id {
        Some(id) => Assignee::Person { id, unit: action.unit_id },
        None => Assignee::Pool(action.unit_id),
    }
}

fn task(
    action: &ImprovementAction,
    source: &'static str,
    key: &str,
    to: Assignee,
    due_at: Option<Timestamp>,
) -> NewTask {
    let title = format!("{} {}", action.number, action.title);
    NewTask {
        source,
        key: Some(format!("{}/{key}", action.id)),
        title: title.chars().take(200).collect(),
        detail: None,
        assignee: to,
        subject: Some(subject(action)),
        due: due_at.map(Due::At),
        by_hand: source == ALERT,
    }
}

/// The duty of whoever has an action that is open, or open again.
pub(crate) fn begin(tx: &mut Tx<'_>, action: &ImprovementAction) -> Result<()> {
    let key = action.reopenings.to_string();
    tasks::api::create(tx, task(action, ACTION, &key, assignee(action), action.due_at)).map(drop)
}

/// The tasks follow the action.
pub(crate) fn follow(tx: &mut Tx<'_>, before: &ImprovementAction, after: &ImprovementAction) -> Result<()> {
    let open = |one: &ImprovementAction| one.state == ImprovementState::Open;
    match (open(before), open(after)) {
        (false, true) => begin(tx, after)?,
        (true, false) => drop(tasks::api::complete_for(tx, ACTION, &subject(after), None)?),
        (true, true) if before.owned() != after.owned() => {
            tasks::api::reassign_for(tx, ACTION, &subject(after), assignee(after))?;
        }
        _ => {}
    }
    let waits = |one: &ImprovementAction| one.state == ImprovementState::Completed;
    match (waits(before), waits(after)) {
        (false, true) => {
            let minutes = queries::rules(tx)?.verify_minutes;
            let due_at = business(tx, minutes)?;
            let to = verifying(tx, after)?;
            let key = after.version.to_string();
            tasks::api::create(tx, task(after, VERIFY, &key, to, due_at)).map(drop)
        }
        (true, false) => tasks::api::complete_for(tx, VERIFY, &subject(after), None).map(drop),
        (true, true) if before.verifier_id != after.verifier_id => {
            let to = verifying(tx, after)?;
            tasks::api::reassign_for(tx, VERIFY, &subject(after), to).map(drop)
        }
        _ => Ok(()),
    }
}

fn verifying(tx: &mut Tx<'_>, action: &ImprovementAction) -> Result<Assignee> {
    Ok(match action.verifier_id {
        Some(id) => Assignee::Person { id, unit: people::api::unit_of(tx, id)? },
        None => Assignee::Pool(action.unit_id),
    })
}

/// Whoever leads the owner is to know that it is late, once each time it was open.
pub(crate) fn alert(tx: &mut Tx<'_>, action: &ImprovementAction) -> Result<()> {
    let lead = match action.owner_id {
        Some(owner) => people::api::lead_of(tx, owner)?,
        None => None,
    };
    let to = match lead {
        Some(id) => Assignee::Person { id, unit: people::api::unit_of(tx, id)? },
        None => Assignee::Pool(action.unit_id),
    };
    let due = tx.now().plus_millis(24 * 60 * MINUTE);
    let key = format!("late/{}", action.reopenings);
    tasks::api::create(tx, task(action, ALERT, &key, to, Some(due))).map(drop)
}
