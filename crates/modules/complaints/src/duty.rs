//! Whose turn it is, until when, and the tasks that say so.

use kernel::{Error, Result, Timestamp, UnitId, UserId};
use store::Tx;
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    day,
    model::{Appeal, Complaint, ComplaintKind, ComplaintStep, Turn},
    policy, queries,
};

/// What its approvals come from.
pub(crate) const SOURCE: &str = "complaints";
/// What it and all its tasks are about.
pub(crate) const SUBJECT: &str = "complaint";
/// The task of whoever's turn it is.
pub(crate) const STEP: &str = "complaints.step";
/// Of the leader, who is to decide.
const DIRECTIVE: &str = "complaints.directive";
/// Of the second reader.
const READING: &str = "complaints.reading";
/// Of those who are to know of something.
const ALERT: &str = "complaints.alert";
/// Of whoever answers an appeal.
const APPEAL: &str = "complaints.appeal";
/// Days after which the customer is asked again (R083).
const REVISIT_DAYS: i64 = 3;
const MINUTE: i64 = 60_000;

/// Whose turn the next step is, and until when: quality goes to the head of the department that answers for it, service
/// to the agent's supervisor (R092), the summary to the supervisor (R095), all else to whoever looks after it.
pub(crate) fn turn(tx: &mut Tx<'_>, complaint: &Complaint, step: ComplaintStep) -> Result<Turn> {
    let due_at = due(tx, step)?;
    let head = match (step, complaint.kind) {
        (ComplaintStep::Investigation | ComplaintStep::Implementation, Some(ComplaintKind::Quality)) => {
            head_of(tx, complaint.judgement.as_ref().and_then(|one| one.responsible_unit_id))?
        }
        (ComplaintStep::Investigation, Some(ComplaintKind::Service)) | (ComplaintStep::Summary, _) => {
            match complaint.handler_id {
                Some(handler) => people::api::lead_of(tx, handler)?,
                None => None,
            }
        }
        _ => None,
    };
    for person in [head, complaint.handler_id].into_iter().flatten() {
        if let Some(turn) = of_person(tx, person, due_at)? {
            return Ok(turn);
        }
    }
    Ok(Turn { owner_id: None, owner_name: String::new(), unit_id: complaint.handler_unit_id, due_at })
}

/// The nearest head at or above a unit.
fn head_of(tx: &mut Tx<'_>, unit: Option<UnitId>) -> Result<Option<UserId>> {
    let Some(unit) = unit else { return Ok(None) };
    Ok(people::api::tree(tx)?.line(unit).into_iter().find_map(|unit| unit.lead_id))
}

/// The turn of this person; nobody's when they may no longer sign in.
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

/// Until when a step entered now is to be over; none where business time never comes.
fn due(tx: &mut Tx<'_>, step: ComplaintStep) -> Result<Option<Timestamp>> {
    let now = tx.now();
    match queries::rules(tx)?.minutes.of(step) {
        Some(minutes) => match Due::BusinessMs(minutes * MINUTE).at(tx) {
            Ok(at) => Ok(Some(at)),
            Err(Error::Conflict(..)) => Ok(None),
            Err(error) => Err(error),
        },
        None if step == ComplaintStep::Revisit => day::close_after(tx, now, REVISIT_DAYS).map(Some),
        None => Ok(None),
    }
}

fn subject(complaint: &Complaint) -> Subject {
    Subject::new(SUBJECT, complaint.id)
}

fn assignee(complaint: &Complaint) -> Assignee {
    match complaint.owner_id {
        Some(id) => Assignee::Person { id, unit: complaint.unit_id },
        None => Assignee::Pool(complaint.unit_id),
    }
}

fn task(
    complaint: &Complaint,
    source: &'static str,
    key: &str,
    assignee: Assignee,
    due_at: Option<Timestamp>,
) -> NewTask {
    let title = format!("{} {}", complaint.number, complaint.title);
    NewTask {
        source,
        key: Some(format!("{}/{key}", complaint.id)),
        title: title.chars().take(200).collect(),
        detail: None,
        assignee,
        subject: Some(subject(complaint)),
        due: due_at.map(Due::At),
        by_hand: source == ALERT,
    }
}

/// The duty of whoever's turn it is at a step that was just entered.
pub(crate) fn begin(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<()> {
    let key = complaint.runs.0.len().to_string();
    tasks::api::create(tx, task(complaint, STEP, &key, assignee(complaint), complaint.due_at)).map(drop)
}

/// The tasks follow the complaint.
pub(crate) fn follow(tx: &mut Tx<'_>, before: &Complaint, after: &Complaint) -> Result<()> {
    if before.runs.0.len() != after.runs.0.len() || before.step != after.step {
        if after.returns > before.returns {
            tasks::api::cancel_for(tx, STEP, &subject(after), None)?;
        } else {
            tasks::api::complete_for(tx, STEP, &subject(after), None)?;
        }
        if !after.is_closed() {
            begin(tx, after)?;
        }
    } else if before.owned() != after.owned() {
        tasks::api::reassign_for(tx, STEP, &subject(after), assignee(after))?;
    }
    let waits = |one: &Complaint| one.submission.is_some() && one.directive.is_none();
    let (was, is) = (waits(before), waits(after));
    if is && !was {
        ask(tx, after, DIRECTIVE, policy::DECIDE)?;
    } else if was && !is {
        tasks::api::complete_for(tx, DIRECTIVE, &subject(after), None)?;
    }
    if before.is_appeal_open() && !after.is_appeal_open() {
        tasks::api::complete_for(tx, APPEAL, &subject(after), None)?;
    }
    let (was, is) = (before.to_be_read().is_some(), after.to_be_read().is_some());
    if is && !was {
        ask(tx, after, READING, policy::CONFIRM)?;
    } else if was && !is {
        tasks::api::complete_for(tx, READING, &subject(after), None)?;
    }
    Ok(())
}

/// A task for the nearest lead above whoever acts who may do what is asked; where there is none, for whoever may in
/// their unit.
fn ask(tx: &mut Tx<'_>, complaint: &Complaint, source: &'static str, permission: &'static str) -> Result<()> {
    let me = tx.actor().staff().ok().map(|staff| staff.id);
    let lead = match me {
        Some(me) => people::api::lead_who_may(tx, me, permission)?,
        None => None,
    };
    let to = match lead {
        Some(id) => Assignee::Person { id, unit: people::api::unit_of(tx, id)? },
        None => Assignee::Pool(complaint.handler_unit_id),
    };
    let key = complaint.version.to_string();
    tasks::api::create(tx, task(complaint, source, &key, to, complaint.due_at)).map(drop)
}

/// Whoever leads the one whose turn it is is to know of this, once.
pub(crate) fn alert(tx: &mut Tx<'_>, complaint: &Complaint, what: &str) -> Result<()> {
    let lead = match complaint.owner_id.or(complaint.handler_id) {
        Some(owner) => people::api::lead_who_may(tx, owner, policy::DECIDE)?,
        None => None,
    };
    let to = match lead {
        Some(id) => Assignee::Person { id, unit: people::api::unit_of(tx, id)? },
        None => Assignee::Pool(complaint.handler_unit_id),
    };
    let due = tx.now().plus_millis(15 * MINUTE);
    tasks::api::create(tx, task(complaint, ALERT, what, to, Some(due))).map(drop)
}

/// Who answers an appeal, and until when: the nearest lead above who decided that may decide and had no part in it;
/// nobody named where there is none.
fn reviewer(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<(Option<Turn>, Option<Timestamp>)> {
    let minutes = queries::rules(tx)?.page.appeal_minutes;
    let due_at = match Due::BusinessMs(minutes * MINUTE).at(tx) {
        Ok(at) => Some(at),
        Err(Error::Conflict(..)) => None,
        Err(error) => return Err(error),
    };
    let deciders = complaint.deciders();
    for decider in &deciders {
        let mut below = *decider;
        // Leads of leads: few, and never round in a circle.
        for _ in 0..20 {
            match people::api::lead_who_may(tx, below, policy::DECIDE)? {
                Some(lead) if deciders.contains(&lead) && lead != below => below = lead,
                Some(lead) if !deciders.contains(&lead) => {
                    if let Some(turn) = of_person(tx, lead, due_at)? {
                        return Ok((Some(turn), due_at));
                    }
                    below = lead;
                }
                _ => break,
            }
        }
    }
    Ok((None, due_at))
}

/// The complaint with an appeal for these reasons, as of now.
pub(crate) fn appealed(tx: &mut Tx<'_>, complaint: &Complaint, reasons: &str) -> Result<Complaint> {
    let (to, due_at) = reviewer(tx, complaint)?;
    let appeal = Appeal {
        reasons: reasons.to_owned(),
        at: tx.now(),
        step: complaint.step,
        decided_by: complaint.deciders(),
        to_id: to.as_ref().and_then(|turn| turn.owner_id),
        to_name: to.map(|turn| turn.owner_name).unwrap_or_default(),
        due_at,
        answer: None,
    };
    complaint.clone().appealed(appeal)
}

/// The duty of whoever answers an appeal.
pub(crate) fn appeal(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<()> {
    let to_whom = match complaint.appeal.as_ref().and_then(|one| one.to_id) {
        Some(id) => Assignee::Person { id, unit: people::api::unit_of(tx, id)? },
        None => Assignee::Pool(complaint.handler_unit_id),
    };
    let due_at = complaint.appeal.as_ref().and_then(|one| one.due_at);
    tasks::api::create(tx, task(complaint, APPEAL, &complaint.version.to_string(), to_whom, due_at)).map(drop)
}
