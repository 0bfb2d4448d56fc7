//! A request goes with its task: it is overdue when that is, and answered by whoever has it.

use kernel::{Error, Id, Result};
use store::{StoredFact, Tx};
use tasks::events::{OVERDUE, REASSIGNED, TAKEN, TaskFact};
use work::Listener;

use crate::{
    events, handling,
    model::{PrivacyRequest, PrivacyRequestState, Who},
    queries::requests as queries,
};

pub(crate) fn listener() -> Listener {
    Listener::new("privacy.tasks", &[OVERDUE, REASSIGNED, TAKEN], heard)
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let (true, Some(id)) = (task.source == handling::SOURCE, task.subject_id) else { return Ok(()) };
    let id: Id<PrivacyRequest> = id.parse().map_err(Error::internal)?;
    let request = queries::find(tx, id)?;
    if request.state != PrivacyRequestState::Open {
        return Ok(());
    }
    if fact.kind == OVERDUE {
        return handling::told(tx, events::OVERDUE, &request);
    }
    let Some(owner) = task.owner_id.filter(|owner| request.owner_id != Some(*owner)) else { return Ok(()) };
    let name = access::api::user(tx, owner)?.name;
    let before = request.owned();
    let after = request.passed_on(Who { id: owner, name }, task.unit_id);
    queries::save(tx, &after)?;
    // Those who lose sight of it hear of it a last time, so that it leaves their lists.
    tx.notify("privacy_requests", "privacy_request.changed", &after, Some(before))?;
    handling::told(tx, events::PASSED_ON, &after)
}
