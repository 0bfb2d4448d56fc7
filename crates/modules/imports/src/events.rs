//! Facts this module emits.

use kernel::{Id, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{Import, ImportState};

/// Every line was taken in or refused, or it could not go on.
pub const ENDED: &str = "import.ended";

/// How an import ended.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImportFact {
    /// Which.
    pub import_id: Id<Import>,
    /// Whose it is.
    pub owner_id: UserId,
    /// How.
    pub state: ImportState,
    /// Customers that are new.
    pub created: i64,
    /// Customers to whom something was added.
    pub changed: i64,
    /// Lines that were refused.
    pub refused: i64,
}

impl ImportFact {
    pub(crate) fn of(import: &Import) -> Self {
        let Import { id: import_id, owner_id, state, created, changed, refused, .. } = *import;
        Self { import_id, owner_id, state, created, changed, refused }
    }
}
