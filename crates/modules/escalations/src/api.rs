//! How an escalation goes up, and what follows from it.

use audit::api::Entry;
use conversations::{Event, Named};
use kernel::{Error, Id, Owned, Result, Timestamp, UserId};
use store::{Fact, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    events::{self, EscalationFact},
    model::{Escalation, EscalationStep, LadderAddressee, LadderClock, Level, StepKind},
    policy, queries,
};

/// What the tasks come from.
pub(crate) const SOURCE: &str = "escalations";
const MINUTE: i64 = 60_000;

pub(crate) fn subject(escalation: &Escalation) -> Subject {
    Subject::new("escalation", escalation.id)
}

/// When the level after those told has its turn.
pub(crate) fn next_at(tx: &mut Tx<'_>, escalation: &Escalation, told: i64) -> Result<Option<Timestamp>> {
    let Some(level) = escalation.levels.0.get(told as usize) else { return Ok(None) };
    let (from, length) = (escalation.raised_at, level.after_minutes * MINUTE);
    Ok(Some(match escalation.clock {
        LadderClock::Wall => from.plus_millis(length),
        LadderClock::Business if length == 0 => from,
        LadderClock::Business => settings::api::calendar(tx)?.due(from, length)?,
    }))
}

/// Keeps a new escalation with its first step, and tells the levels that are told at once.
pub(crate) fn raise(tx: &mut Tx<'_>, mut escalation: Escalation, step: &EscalationStep) -> Result<Escalation> {
    escalation.next_at = next_at(tx, &escalation, 0)?;
    queries::insert(tx, &escalation)?;
    queries::insert_step(tx, step)?;
    let entry = Entry::new("escalations.raised", "escalation", escalation.id);
    audit::api::record(tx, entry.created(&escalation.trace()))?;
    if escalation.next_at.is_none_or(|at| at > tx.now()) {
        shown(tx, &escalation, Vec::new())?;
    }
    told(tx, events::RAISED, &escalation)?;
    go_up(tx, escalation)
}

/// Refuses unless the actor sees this escalation.
///
/// # Errors
/// [`Error::NotFound`] without one they see.
pub fn seen(tx: &mut Tx<'_>, id: Id<Escalation>) -> Result<()> {
    let escalation = queries::find(tx, id)?;
    policy::may_see(tx.actor(), &escalation)
}

/// Tells the levels whose time has come, of up to `limit` escalations; answers how many there were.
///
/// # Errors
/// From the database.
pub fn climb(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let now = tx.now();
    let due = queries::due(tx, now, limit)?;
    let count = due.len();
    for escalation in due {
        go_up(tx, escalation)?;
    }
    Ok(count)
}

/// Level by level, as far as the clock has come.
pub(crate) fn go_up(tx: &mut Tx<'_>, mut escalation: Escalation) -> Result<Escalation> {
    let now = tx.now();
    while let Some((number, level)) = escalation.due(now) {
        let before = escalation.clone();
        let next = next_at(tx, &before, number)?;
        let people = addressed(tx, &before, &level)?;
        let named = people.iter().map(|(id, name)| Named::new(id, name.clone())).collect();
        let (after, step) = before.clone().climbed(named, next, now);
        queries::save(tx, &after)?;
        queries::insert_step(tx, &step)?;
        ask(tx, &after, number, &people)?;
        shown(tx, &after, step.told.0.clone())?;
        let entry = Entry::new("escalations.climbed", "escalation", after.id);
        audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
        told(tx, events::CLIMBED, &after)?;
        escalation = after;
    }
    Ok(escalation)
}

/// Who is told at this level, with their names: those of them who may sign in.
fn addressed(tx: &mut Tx<'_>, escalation: &Escalation, level: &Level) -> Result<Vec<(UserId, String)>> {
    let ids = match (level.to, level.user_id, level.post_id) {
        (LadderAddressee::Lead, ..) => people::api::lead_of(tx, escalation.raised_by)?.into_iter().collect(),
        (LadderAddressee::Person, Some(id), _) => vec![id],
        (LadderAddressee::Post, _, Some(post)) => people::api::holders(tx, post)?,
        _ => Vec::new(),
    };
    let mut found = Vec::with_capacity(ids.len());
    for id in ids {
        match access::api::user(tx, id) {
            Ok(user) if user.is_active() => found.push((id, user.name)),
            Ok(_) | Err(Error::NotFound) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

/// A task for each who is told, until the next level is; where nobody is, one in the unit's pool.
fn ask(tx: &mut Tx<'_>, escalation: &Escalation, level: i64, people: &[(UserId, String)]) -> Result<()> {
    let unit = escalation.unit_id;
    let mut to: Vec<(String, Assignee)> = Vec::new();
    for (id, _) in people {
        to.push((id.to_string(), Assignee::Person { id: *id, unit: people::api::unit_of(tx, *id)? }));
    }
    if to.is_empty() {
        to.push(("pool".to_owned(), Assignee::Pool(unit)));
    }
    let open = tasks::api::open_for(tx, &subject(escalation))?;
    for (whom, assignee) in to {
        // Who was told at a level before has their task already.
        if open.iter().any(|task| task.source == SOURCE && task.owned() == assignee.owned()) {
            continue;
        }
        let task = NewTask {
            source: SOURCE,
            key: Some(format!("{}/{level}/{whom}", escalation.id)),
            title: escalation.what.clone(),
            detail: escalation.detail.clone(),
            assignee,
            subject: Some(subject(escalation)),
            due: escalation.next_at.map(Due::At),
            by_hand: false,
        };
        tasks::api::create(tx, task)?;
    }
    Ok(())
}

/// Keeps a further step by a person: how it goes, or how it ended.
pub(crate) fn step(tx: &mut Tx<'_>, before: &Escalation, after: &Escalation, step: &EscalationStep) -> Result<()> {
    queries::save(tx, after)?;
    queries::insert_step(tx, step)?;
    let (action, kind) = match step.kind {
        StepKind::Solved => ("escalations.solved", events::SOLVED),
        StepKind::Withdrawn => ("escalations.withdrawn", events::WITHDRAWN),
        _ => ("escalations.said", events::CHANGED),
    };
    match step.kind {
        StepKind::Solved => {
            tasks::api::complete_for(tx, SOURCE, &subject(after), None)?;
            let by = Named::new(
                step.by_id.map(|id| id.to_string()).unwrap_or_default(),
                step.by_name.clone().unwrap_or_default(),
            );
            let (escalation, name) = (after.id.to_string(), after.name.clone());
            line(tx, after, Event::EscalationSolved { escalation, name, by }, &step.text)?;
        }
        StepKind::Withdrawn => {
            tasks::api::cancel_for(tx, SOURCE, &subject(after), None)?;
        }
        _ => {}
    }
    let entry = Entry::new(action, "escalation", after.id);
    audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
    told(tx, kind, after)
}

/// The conversation shows to staff that it was reported, or went up.
fn shown(tx: &mut Tx<'_>, escalation: &Escalation, told: Vec<Named>) -> Result<()> {
    let (id, name, level) = (escalation.id.to_string(), escalation.name.clone(), escalation.level);
    let text = if level <= 1 { escalation.what.as_str() } else { "" };
    line(tx, escalation, Event::Escalated { escalation: id, name, level, told }, text)
}

fn line(tx: &mut Tx<'_>, escalation: &Escalation, event: Event, text: &str) -> Result<()> {
    match escalation.conversation_id {
        Some(conversation) => conversations::api::post_event(tx, conversation, event, text).map(drop),
        None => Ok(()),
    }
}

/// Keeps the fact, and tells those who watch the list: who reported it, and everybody who was told.
pub(crate) fn told(tx: &mut Tx<'_>, kind: &'static str, escalation: &Escalation) -> Result<()> {
    tx.emit(Fact::new(kind, escalation.id, &EscalationFact::of(escalation))?);
    tx.notify("escalations", "escalation.changed", escalation, Some(escalation.owned()))?;
    for one in &escalation.told.0 {
        if let Ok(id) = one.id.parse::<UserId>() {
            tx.notify("escalations", "escalation.changed", escalation, Some(Owned::by(id, None)))?;
        }
    }
    Ok(())
}
