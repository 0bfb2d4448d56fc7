//! Facts this module emits.

use kernel::{Id, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{AllocationRun, AllocationState};

/// Customers were handed to whom they were given to.
pub const APPLIED: &str = "allocation.applied";
/// They were given back, as far as nobody had changed anything since.
pub const UNDONE: &str = "allocation.undone";

/// How a run stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct AllocationFact {
    /// Which.
    pub run_id: Id<AllocationRun>,
    /// Whose it is.
    pub owner_id: UserId,
    /// How it stands.
    pub state: AllocationState,
    /// How many customers were handed over.
    pub moved: i64,
    /// How many could not be, because somebody was quicker or it lay out of reach.
    pub skipped: i64,
    /// How many were given back.
    pub returned: i64,
}

impl AllocationFact {
    pub(crate) fn of(run: &AllocationRun) -> Self {
        let AllocationRun { id: run_id, owner_id, state, moved, skipped, returned, .. } = *run;
        Self { run_id, owner_id, state, moved, skipped, returned }
    }
}
