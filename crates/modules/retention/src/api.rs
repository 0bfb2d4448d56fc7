//! What others may do with terms.

use http::App;
use kernel::{Origin, Result};
use std::sync::Arc;

use crate::jobs;

/// Removes what is over by the terms as they stand, as the schedule does at night.
///
/// # Errors
/// From the database; what was done until then stays done.
pub async fn remove(app: &App, origin: &Arc<Origin>) -> Result<()> {
    jobs::look(app, app.db(), origin).await
}
