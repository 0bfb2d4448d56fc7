//! What follows from a run.

use audit::api::Entry;
use kernel::Result;
use serde_json::json;
use store::{Fact, Tx};

use crate::{events::AllocationFact, model::AllocationRun};

/// Tells those who watch how it stands.
pub(crate) fn show(tx: &mut Tx<'_>, run: &AllocationRun) -> Result<()> {
    tx.notify("allocation_runs", "allocation_run.changed", run, Some(run.owned()))
}

/// What somebody did with it, on the trail: what was asked, and counts.
pub(crate) fn record(tx: &mut Tx<'_>, action: &'static str, run: &AllocationRun) -> Result<()> {
    let trace = json!({
        "state": run.state,
        "keep": run.plan.keep,
        "people": run.plan.people.iter().map(|seat| seat.user_id).collect::<Vec<_>>(),
        "customers": run.outcome.as_ref().map(|outcome| outcome.customers),
        "moved": run.moved,
        "skipped": run.skipped,
        "returned": run.returned,
        "error": run.error,
    });
    audit::api::record(tx, Entry::new(action, "allocation_run", run.id).created(&trace))
}

/// Tells other modules that a run was carried out or taken back.
pub(crate) fn told(tx: &mut Tx<'_>, kind: &'static str, run: &AllocationRun) -> Result<()> {
    tx.emit(Fact::new(kind, run.id, &AllocationFact::of(run))?);
    Ok(())
}
