//! A promise goes with its task: it is broken when that is overdue, and owed by whoever has it.

use kernel::{Error, Id, Result};
use store::{StoredFact, Tx};
use tasks::events::{OVERDUE, REASSIGNED, TAKEN, TaskFact};
use work::Listener;

use crate::{
    api, events,
    model::{Promise, PromiseState, Who},
    queries,
};

pub(crate) fn listener() -> Listener {
    Listener::new("promises.tasks", &[OVERDUE, REASSIGNED, TAKEN], heard)
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if task.source != api::SOURCE {
        return Ok(());
    }
    let Some(id) = task.subject_id else { return Ok(()) };
    let id: Id<Promise> = id.parse().map_err(Error::internal)?;
    let promise = queries::find(tx, id)?;
    if promise.state != PromiseState::Open {
        return Ok(());
    }
    if fact.kind == OVERDUE {
        return api::told(tx, events::BROKEN, &promise);
    }
    // In a pool nobody owes it yet: until somebody takes it, it stays with whoever had it.
    let Some(owner) = task.owner_id.filter(|owner| promise.owner_id != Some(*owner)) else { return Ok(()) };
    let name = access::api::user(tx, owner)?.name;
    let before = promise.owned();
    let after = promise.passed_on(Who { id: owner, name }, task.unit_id);
    queries::save(tx, &after)?;
    tx.notify("promises", "promise.changed", &after, Some(before))?;
    api::told(tx, events::PASSED_ON, &after)
}
