//! Whoever is given, or takes, the task of an escalation is among those who were told.

use conversations::Named;
use kernel::{Error, Id, Result};
use store::{StoredFact, Tx};
use tasks::events::{REASSIGNED, TAKEN, TaskFact};
use work::Listener;

use crate::{
    api, events,
    model::{Escalation, EscalationState, StepKind, Told},
    queries,
};

pub(crate) fn tasks() -> Listener {
    Listener::new("escalations.tasks", &[REASSIGNED, TAKEN], handed)
}

fn handed(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let (api::SOURCE, Some(id), Some(owner)) = (task.source.as_str(), task.subject_id, task.owner_id) else {
        return Ok(());
    };
    let id: Id<Escalation> = id.parse().map_err(Error::internal)?;
    let mut after = queries::find(tx, id)?;
    let known = after.told.0.iter().any(|one| one.id == owner.to_string());
    if known || after.state != EscalationState::Open {
        return Ok(());
    }
    let named = Named::new(owner, access::api::user(tx, owner)?.name);
    let now = tx.now();
    let mut step = after.step(StepKind::Told, None, String::new(), now);
    step.told = Told(vec![named.clone()]);
    after.told.0.push(named);
    queries::save(tx, &after)?;
    queries::insert_step(tx, &step)?;
    api::told(tx, events::CHANGED, &after)
}
