//! What is only kept for a while.

use kernel::Result;
use store::Tx;

use crate::queries;

const DAY: i64 = 24 * 60 * 60_000;
/// Days that what the house told by itself is kept.
const NOTICES: i64 = 90;

/// Forgets what is old.
pub(crate) fn sweep(tx: &mut Tx<'_>) -> Result<bool> {
    queries::forget_notices(tx, tx.now().plus_millis(-NOTICES * DAY)).map(|()| false)
}
