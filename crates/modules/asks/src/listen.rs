//! An ask goes with its task, and is sorted by what its conversation turns out to be about; what was to be written
//! down is done with the article.

use conversations::{
    ConversationId,
    events::{CHANGED, Changed},
};
use kernel::{Error, Id, Result};
use knowledge::events::{GAP_CLOSED, GAP_DISMISSED, GapFact};
use store::{StoredFact, Tx};
use tasks::events::{REASSIGNED, TAKEN, TaskFact};
use work::Listener;

use crate::{
    alike, api,
    model::{Ask, Who},
    queries,
};

/// Whoever has the task is asked.
pub(crate) fn tasks() -> Listener {
    Listener::new("asks.tasks", &[REASSIGNED, TAKEN], handed)
}

fn handed(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let task: TaskFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let (api::SOURCE, Some(id), Some(owner)) = (task.source.as_str(), task.subject_id, task.owner_id) else {
        return Ok(());
    };
    let id: Id<Ask> = id.parse().map_err(Error::internal)?;
    let ask = queries::find(tx, id)?;
    let name = ::access::api::user(tx, owner)?.name;
    api::pass_on(tx, ask, Who { id: owner, name })
}

/// The wrap-up's reason sorts what nobody has sorted.
pub(crate) fn conversations() -> Listener {
    Listener::new("asks.conversations", &[CHANGED], wrapped_up)
}

fn wrapped_up(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let changed: Changed = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    let Some((reason, words)) = changed.wrap_up.and_then(|said| Some((said.reason_id?, said.reason))) else {
        return Ok(());
    };
    let id: ConversationId = fact.subject.parse().map_err(Error::internal)?;
    for before in queries::unsorted(tx, id)? {
        let after = before.clone().alike(reason.to_string(), words.clone());
        api::sort(tx, &before, after)?;
    }
    Ok(())
}

/// What is written down, or is not to be, is nobody's task any more.
pub(crate) fn gaps() -> Listener {
    Listener::new("asks.gaps", &[GAP_CLOSED, GAP_DISMISSED], |tx: &mut Tx<'_>, fact: &StoredFact| {
        let gap: GapFact = serde_json::from_str(&fact.data).map_err(Error::internal)?;
        alike::settled(tx, gap.gap_id, fact.kind == GAP_CLOSED)
    })
}
