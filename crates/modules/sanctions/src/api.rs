//! How a sanction and what follows from it are kept together.

use audit::api::Entry;
use kernel::Result;
use store::{Fact, Tx};

use crate::{
    duty,
    events::{self, SanctionFact},
    jobs::{self, Lapse},
    model::{Sanction, SanctionState},
    queries,
};

/// Keeps a new one, and the duty of the person concerned to read it.
pub(crate) fn propose(tx: &mut Tx<'_>, sanction: &Sanction) -> Result<()> {
    queries::insert(tx, sanction)?;
    audit::api::record(tx, Entry::new("sanctions.proposed", "sanction", sanction.id).created(&sanction.trace()))?;
    tx.emit(Fact::new(events::PROPOSED, sanction.id, &SanctionFact::of(sanction))?);
    duty::read(tx, sanction)
}

/// Keeps what became of one, with its tasks.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: &Sanction,
    after: &Sanction,
    reason: Option<&str>,
) -> Result<()> {
    queries::save(tx, after)?;
    let mut entry = Entry::new(action, "sanction", after.id).change(&before.trace(), &after.trace());
    if let Some(reason) = reason {
        entry = entry.reason(reason);
    }
    audit::api::record(tx, entry)?;
    tx.emit(Fact::new(events::CHANGED, after.id, &SanctionFact::of(after))?);
    if let (SanctionState::Noticed, Some(until)) = (after.state, after.appeal_until) {
        work::enqueue_at(tx, &Lapse { sanction_id: after.id }, until.plus_millis(jobs::AFTER_MS), None)?;
    }
    duty::follow(tx, before, after)
}
