//! Facts this module emits, all carrying [`SanctionFact`]: nobody's name and no words.

use complaints::Complaint;
use kernel::{Id, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{Sanction, SanctionState};

/// Somebody proposed one.
pub const PROPOSED: &str = "sanction.proposed";
/// It stands otherwise: noticed, appealed, decided, withdrawn, or the time to appeal is over.
pub const CHANGED: &str = "sanction.changed";

/// The sanction after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SanctionFact {
    /// Which.
    pub sanction_id: Id<Sanction>,
    /// Of which complaint.
    pub complaint_id: Id<Complaint>,
    /// Whom it concerns.
    pub person_id: UserId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Where it stands.
    pub state: SanctionState,
}

impl SanctionFact {
    pub(crate) fn of(sanction: &Sanction) -> Self {
        Self {
            sanction_id: sanction.id,
            complaint_id: sanction.complaint_id,
            person_id: sanction.person_id,
            unit_id: sanction.unit_id,
            state: sanction.state,
        }
    }
}
