//! Facts this module emits, all carrying [`ImprovementFact`]: nobody's name and no words.

use kernel::{Id, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{ImprovementAction, ImprovementOrigin, ImprovementState};

/// An action was opened.
pub const OPENED: &str = "improvement_action.opened";
/// Something was done about it.
pub const CHANGED: &str = "improvement_action.changed";
/// It was found to help.
pub const CLOSED: &str = "improvement_action.closed";
/// It is open again.
pub const REOPENED: &str = "improvement_action.reopened";
/// It was not done in time.
pub const OVERDUE: &str = "improvement_action.overdue";

/// The action after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ImprovementFact {
    /// Which.
    pub improvement_action_id: Id<ImprovementAction>,
    /// Its number.
    pub number: String,
    /// Where it stands.
    pub state: ImprovementState,
    /// How it came to be.
    pub origin: ImprovementOrigin,
    /// The root cause.
    pub cause_id: String,
    /// Who has it.
    pub owner_id: Option<UserId>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Until when.
    pub due_at: Option<Timestamp>,
    /// How often it was opened again.
    pub reopenings: i64,
}

impl ImprovementFact {
    pub(crate) fn of(action: &ImprovementAction) -> Self {
        Self {
            improvement_action_id: action.id,
            number: action.number.clone(),
            state: action.state,
            origin: action.origin,
            cause_id: action.cause_id.clone(),
            owner_id: action.owner_id,
            unit_id: action.unit_id,
            due_at: action.due_at,
            reopenings: action.reopenings,
        }
    }
}
