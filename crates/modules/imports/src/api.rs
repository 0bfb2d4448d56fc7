//! What follows from an import.

use audit::api::Entry;
use http::App;
use kernel::{Origin, Result};
use serde_json::json;
use store::{Fact, Tx};

pub use crate::rows::moment;
use crate::{
    events,
    events::ImportFact,
    model::{Import, ImportState},
    queries,
};

/// How long a list and the lines it was refused are kept once nobody is at it, in milliseconds: 30 days.
const KEPT: i64 = 30 * 24 * 3_600_000;

/// Forgets old lists with their files, as the night's job does.
///
/// # Errors
/// From the database.
pub async fn sweep(app: &App) -> Result<()> {
    app.db()
        .write(&Origin::system("imports"), |tx| {
            let before = tx.now().plus_millis(-KEPT);
            for import in queries::old(tx, before)? {
                files::api::detach(tx, import.file_id, "import", import.id)?;
                queries::delete(tx, import.id)?;
            }
            Ok(())
        })
        .await
}

/// Tells those who watch how it stands.
pub(crate) fn show(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    tx.notify("imports", "import.changed", import, Some(import.owned()))
}

/// What somebody did with it, on the trail: counts and names of columns, nothing that stands in the list.
pub(crate) fn record(tx: &mut Tx<'_>, action: &'static str, import: &Import) -> Result<()> {
    let trace = json!({
        "state": import.state,
        "columns": import.plan.columns,
        "key": import.plan.key,
        "created": import.created,
        "changed": import.changed,
        "same": import.same,
        "refused": import.refused,
        "error": import.error,
        "undo": import.undo,
    });
    audit::api::record(tx, Entry::new(action, "import", import.id).created(&trace))
}

/// It is over.
pub(crate) fn ended(tx: &mut Tx<'_>, import: &Import) -> Result<()> {
    let action = if import.state == ImportState::Undone {
        "imports.undone"
    } else {
        "imports.ended"
    };
    record(tx, action, import)?;
    tx.emit(Fact::new(events::ENDED, import.id, &ImportFact::of(import))?);
    Ok(())
}
