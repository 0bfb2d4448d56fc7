//! What follows from an incident.

use audit::api::Entry;
use conversations::{Conversation, State};
use kernel::{Actor, Id, Result};
use store::{Fact, Tx};

use crate::{
    codes,
    events::{self, IncidentFact},
    model::{Incident, IncidentLink, IncidentState, IncidentStep, IncidentStepKind, IncidentUpdate, MOST_LINKS, Who},
    queries,
};

/// What the tasks come from.
pub(crate) const SOURCE: &str = "incidents";

/// Whoever acts, with their name.
pub(crate) fn who(actor: &Actor) -> Result<Who> {
    let staff = actor.staff()?;
    Ok(Who { id: staff.id, name: staff.name.clone() })
}

/// Keeps a new incident.
pub(crate) fn declare(tx: &mut Tx<'_>, incident: &Incident, step: &IncidentStep) -> Result<()> {
    queries::insert(tx, incident)?;
    queries::insert_step(tx, step)?;
    let entry = Entry::new("incidents.declared", "incident", incident.id);
    audit::api::record(tx, entry.created(&incident.trace()))?;
    told(tx, events::DECLARED, incident)
}

/// Keeps what became of it.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: &Incident,
    after: &Incident,
    step: &IncidentStep,
) -> Result<()> {
    queries::save(tx, after)?;
    queries::insert_step(tx, step)?;
    let entry = Entry::new(action, "incident", after.id);
    audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
    let over = after.state == IncidentState::Over && before.state != IncidentState::Over;
    told(tx, if over { events::OVER } else { events::CHANGED }, after)
}

/// Links these to an incident the caller locked; answers it, and how many were not linked before.
pub(crate) fn link(
    tx: &mut Tx<'_>,
    before: Incident,
    by: &Who,
    conversations: &[Conversation],
) -> Result<(Incident, i64)> {
    before.must_go_on()?;
    let now = tx.now();
    let mut new = 0;
    for one in conversations {
        if one.state == State::Closed {
            return Err(codes::CLOSED.conflict());
        }
        let link = IncidentLink {
            incident_id: before.id,
            conversation_id: one.id,
            customer_id: one.customer_id,
            channel_kind: one.channel_kind,
            opened_at: one.opened_at,
            linked_at: now,
            linked_by: Some(by.id),
        };
        new += i64::from(queries::link(tx, &link)?);
    }
    if new == 0 {
        return Ok((before, 0));
    }
    if before.linked + new > MOST_LINKS {
        return Err(codes::FULL.conflict());
    }
    let mut after = before.clone();
    after.linked += new;
    let step = IncidentStep { count: Some(new), ..after.step(IncidentStepKind::Linked, by, "", now) };
    keep(tx, "incidents.linked", &before, &after, &step)?;
    Ok((after, new))
}

/// Lets all linked conversations be told, in the background.
pub(crate) fn update(
    tx: &mut Tx<'_>,
    before: &Incident,
    by: &Who,
    text: &str,
    state: Option<IncidentState>,
) -> Result<Incident> {
    before.must_go_on()?;
    let to = queries::linked(tx, before.id)?;
    if to.is_empty() {
        return Err(codes::NOBODY.conflict());
    }
    let now = tx.now();
    let mut after = before.clone();
    let update = IncidentUpdate {
        id: tx.new_id(),
        incident_id: before.id,
        text: text.to_owned(),
        by_id: by.id,
        by_name: by.name.clone(),
        at: now,
        done_at: None,
    };
    queries::insert_update(tx, &update, &to)?;
    let step = after.step(IncidentStepKind::Update, by, text, now);
    let step = IncidentStep { count: Some(to.len() as i64), ..step };
    keep(tx, "incidents.update", before, &after, &step)?;
    work::enqueue(tx, &crate::jobs::Send { update_id: update.id })?;
    if let Some(state) = state {
        let permit = crate::policy::may_manage(tx.actor(), now)?;
        if let (stands, Some(step)) = after.clone().stands(&permit, by, state, "")? {
            keep(tx, "incidents.state", &after, &stands, &step)?;
            return Ok(stands);
        }
    }
    Ok(after)
}

/// Keeps the fact, and tells those who watch.
fn told(tx: &mut Tx<'_>, kind: &'static str, incident: &Incident) -> Result<()> {
    tx.emit(Fact::new(kind, incident.id, &IncidentFact::of(incident))?);
    show(tx, incident)
}

/// Tells those who watch how it stands.
pub(crate) fn show(tx: &mut Tx<'_>, incident: &Incident) -> Result<()> {
    tx.notify("incidents", "incident.changed", incident, None)
}

/// Lets an update be said wherever it waits: what starting the job again does.
///
/// # Errors
/// From the database.
pub fn say_again(tx: &mut Tx<'_>, id: Id<IncidentUpdate>) -> Result<()> {
    work::enqueue(tx, &crate::jobs::Send { update_id: id }).map(drop)
}
