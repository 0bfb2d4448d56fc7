//! What other modules and the command line call.

use kernel::Result;
use store::Tx;

pub use crate::allocate::rehearsal::Rehearsal;
use crate::queries;

/// Counts the figures of every day and queue again, from the ledger of waits.
///
/// # Errors
/// From the database.
pub fn rebuild_figures(tx: &mut Tx<'_>) -> Result<()> {
    queries::count_all(tx)
}
