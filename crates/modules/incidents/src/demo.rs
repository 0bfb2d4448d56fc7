//! What went wrong in the demo story: one incident that is over and was looked back on, one that goes on.

use conversations::{Conversation, Named, State};
use escalations::Severity;
use http::{Demo, DemoPerson};
use kernel::{Error, Result, Timestamp};
use serde::Deserialize;
use store::Tx;
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    api,
    model::{
        Incident, IncidentReview, IncidentState, IncidentStep, IncidentStepKind, IncidentUpdate, ReviewAction, Touched,
        Who, Words,
    },
    policy, queries, said,
};

const INCIDENTS: &str = include_str!("../demo/incidents.json");
const MINUTE: i64 = 60_000;
const DAY: i64 = 86_400_000;
/// Conversations linked to each.
const LINKED: usize = 8;

#[derive(Deserialize)]
struct Told {
    title: String,
    known: String,
    reply: String,
    severity: Severity,
    words: Vec<String>,
    minutes_ago: i64,
    lasted: i64,
    update: String,
    what: String,
    cause: String,
    actions: Vec<(String, i64)>,
}

/// Incidents are about conversations, which are told by then.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(incidents);
    Ok(())
}

fn incidents(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let told: Vec<Told> = serde_json::from_str(INCIDENTS).map_err(Error::internal)?;
    let Some(lead) = demo.with_role("supervisor").into_iter().next() else { return Ok(()) };
    for one in told {
        incident(tx, demo, &lead, &one)?;
    }
    Ok(())
}

fn incident(tx: &mut Tx<'_>, demo: &Demo, lead: &DemoPerson, told: &Told) -> Result<()> {
    let (by, since) = (Who { id: lead.id, name: lead.name.clone() }, demo.now.plus_millis(-told.minutes_ago * MINUTE));
    let declared_at = since.plus_millis(8 * MINUTE);
    let queue = &demo.queues[0];
    tx.as_of(declared_at, lead.actor())?;
    let mut incident = Incident {
        id: tx.new_id(),
        state: IncidentState::Investigating,
        severity: told.severity,
        title: told.title.clone(),
        known: told.known.clone(),
        reply: told.reply.clone(),
        queues: Touched(vec![Named::new(queue.id, queue.name.clone())]),
        words: Words(told.words.clone()),
        since,
        escalation_id: None,
        declared_by: lead.id,
        declared_by_name: lead.name.clone(),
        declared_at,
        mended_at: None,
        ended_at: None,
        linked: 0,
        steps: 0,
        review: None,
        version: 0,
    };
    let step = incident.step(IncidentStepKind::Declared, &by, &told.known, declared_at);
    api::declare(tx, &incident, &IncidentStep { state: Some(incident.state), ..step })?;
    let over = told.lasted > 0;
    // Some of those that came in its time; of those that go on, not all: somebody finds the rest.
    let talks: Vec<Conversation> = conversations::api::latest(tx, 2_000)?
        .into_iter()
        .filter(|one| one.queue_id == Some(queue.id) && fits(one, over, since, told.lasted))
        .step_by(2)
        .take(LINKED)
        .map(|one| Conversation { state: State::Active, ..one })
        .collect();
    if over || talks.is_empty() {
        return looked_back(tx, demo, lead, told, incident, &talks);
    }
    tx.as_of(declared_at.plus_millis(5 * MINUTE), lead.actor())?;
    (incident, _) = api::link(tx, incident, &by, &talks)?;
    tx.as_of(declared_at.plus_millis(12 * MINUTE), lead.actor())?;
    let permit = policy::may_manage(&kernel::Actor::System("demo"), tx.now())?;
    if let (after, Some(step)) = incident.clone().stands(&permit, &by, IncidentState::Identified, "")? {
        api::keep(tx, "incidents.state", &incident, &after, &step)?;
        incident = after;
    }
    tx.as_of(demo.now, lead.actor())?;
    let update = IncidentUpdate {
        id: tx.new_id(),
        incident_id: incident.id,
        text: told.update.clone(),
        by_id: by.id,
        by_name: by.name.clone(),
        at: tx.now(),
        done_at: None,
    };
    let mut after = incident.clone();
    let step = after.step(IncidentStepKind::Update, &by, &told.update, demo.now);
    queries::insert_update(tx, &update, &talks.iter().map(|one| one.id).collect::<Vec<_>>())?;
    let step = IncidentStep { count: Some(talks.len() as i64), ..step };
    api::keep(tx, "incidents.update", &incident, &after, &step)?;
    while said::some(&demo.app, tx, update.id, 50)? > 0 {}
    Ok(())
}

fn fits(one: &Conversation, over: bool, since: Timestamp, lasted: i64) -> bool {
    if over {
        let until = since.plus_millis(lasted * MINUTE);
        one.state == State::Closed && (since..until.plus_millis(DAY)).contains(&one.opened_at)
    } else {
        // What a channel carries would go out in earnest.
        one.state == State::Active && one.channel_kind.is_direct()
    }
}

/// It was over, and what came of it was written down.
fn looked_back(
    tx: &mut Tx<'_>,
    demo: &Demo,
    lead: &DemoPerson,
    told: &Told,
    mut incident: Incident,
    talks: &[Conversation],
) -> Result<()> {
    let by = Who { id: lead.id, name: lead.name.clone() };
    if !talks.is_empty() {
        tx.as_of(incident.declared_at.plus_millis(10 * MINUTE), lead.actor())?;
        (incident, _) = api::link(tx, incident, &by, talks)?;
    }
    let ended_at = incident.since.plus_millis(told.lasted.max(1) * MINUTE);
    for (state, minutes) in [(IncidentState::Identified, 60), (IncidentState::Mended, 20), (IncidentState::Over, 0)] {
        tx.as_of(ended_at.plus_millis(-minutes * MINUTE), lead.actor())?;
        let permit = policy::may_manage(&kernel::Actor::System("demo"), tx.now())?;
        if let (after, Some(step)) = incident.clone().stands(&permit, &by, state, "")? {
            api::keep(tx, "incidents.state", &incident, &after, &step)?;
            incident = after;
        }
    }
    tx.as_of(ended_at.plus_millis(120 * MINUTE).min(demo.now), lead.actor())?;
    let mut actions = Vec::new();
    for (title, days) in &told.actions {
        let due_at = demo.now.plus_millis(days * DAY);
        let task = NewTask {
            source: api::SOURCE,
            key: Some(format!("{}/{}", incident.id, actions.len())),
            title: title.clone(),
            detail: Some(incident.title.clone()),
            assignee: Assignee::Person { id: lead.id, unit: lead.unit },
            subject: Some(Subject::new("incident", incident.id)),
            due: Some(Due::At(due_at)),
            by_hand: true,
        };
        let task_id = tasks::api::create(tx, task)?.id;
        let (owner_id, owner_name) = (lead.id, lead.name.clone());
        actions.push(ReviewAction { title: title.clone(), owner_id, owner_name, due_at, task_id });
    }
    let mut after = incident.clone();
    let (by_id, by_name, at) = (by.id, by.name.clone(), tx.now());
    let (what, cause) = (told.what.clone(), told.cause.clone());
    after.review = Some(IncidentReview { what, cause, actions, by_id, by_name, at });
    let step = after.step(IncidentStepKind::Reviewed, &by, "", at);
    api::keep(tx, "incidents.reviewed", &incident, &after, &step)
}
