//! Work of the night: what came long ago comes no second time.

use kernel::Result;
use store::Tx;

use crate::queries;

/// How long it is remembered what came, in milliseconds: 30 days.
const REMEMBERED: i64 = 30 * 24 * 3_600_000;

/// Forgets what came long ago.
pub(crate) fn sweep(tx: &mut Tx<'_>) -> Result<bool> {
    let before = tx.now().plus_millis(-REMEMBERED);
    queries::forget_arrivals(tx, before).map(|()| false)
}
