//! What a reader of facts may not see yet.
//!
//! On PostgreSQL a committed fact stays out of sight while an older transaction runs. Transactions
//! are numbered: once the oldest running one has a number from `next` on, everything that was
//! committed when `next` was read can be seen.

use kernel::Result;
use store::{Tx, seam};

seam! {
    HORIZON =
        sqlite "SELECT 0, 0",
        postgres "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
                         pg_snapshot_xmax(pg_current_snapshot())::text::bigint";
}

/// A moment in the numbering of transactions. On SQLite nothing is ever hidden: all zeros.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Horizon {
    /// The oldest transaction still running: facts from it on are hidden.
    pub(crate) oldest: i64,
    /// The number the next transaction will have.
    pub(crate) next: i64,
}

/// The horizon now.
pub(crate) fn horizon(tx: &mut Tx<'_>) -> Result<Horizon> {
    let (oldest, next) = tx.one(&HORIZON, &[])?;
    Ok(Horizon { oldest, next })
}
