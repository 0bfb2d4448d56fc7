//! What other modules and benchmarks call.

use std::sync::Arc;

use kernel::{CustomerId, Origin, Result};
use store::{Db, Tx};

use crate::{model::Worth, queries};

/// Counts everybody anew, as the night's job does.
///
/// # Errors
/// From the database.
pub async fn count(db: &Db, origin: &Arc<Origin>) -> Result<()> {
    crate::counting::count(db, origin).await
}

/// What is known of these survivors, in no order; for modules that did their own check.
///
/// # Errors
/// From the database.
pub fn of(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<Worth>> {
    queries::of(tx, ids)
}
