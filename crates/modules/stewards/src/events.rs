//! Facts this module emits. They carry ids and no personal data.

use kernel::{CustomerId, Id, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::{
    contact::FirstContact,
    market::MarketReport,
    model::{IntakeBatch, IntakeSource},
};

/// A batch is to be classified.
pub const SUBMITTED: &str = "intake_batch.submitted";
/// Every row of it was taken or refused.
pub const CLASSIFIED: &str = "intake_batch.classified";
/// Somebody keeps a customer's file from now on.
pub const NAMED: &str = "record_steward.named";
/// Somebody newly given to a colleague is to be spoken to.
pub const BEGUN: &str = "first_contact.begun";
/// That is due soon.
pub const DUE_SOON: &str = "first_contact.due_soon";
/// It was done, and a note was filed.
pub const MET: &str = "first_contact.met";
/// It is past its end and was not done.
pub const OVERDUE: &str = "first_contact.overdue";
/// Something of the market of a territory was reported.
pub const REPORTED: &str = "market_report.made";

/// A batch as it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BatchFact {
    /// Which.
    pub batch_id: Id<IntakeBatch>,
    /// Of which day.
    pub day: String,
    /// Where it came from.
    pub source: IntakeSource,
    /// Whose it is.
    pub owner_id: UserId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// How many rows.
    pub items: i64,
    /// How many of them are to be classified.
    pub open: i64,
}

impl BatchFact {
    pub(crate) fn of(batch: &IntakeBatch) -> Self {
        let IntakeBatch { id: batch_id, source, owner_id, unit_id, items, open, .. } = *batch;
        Self { batch_id, day: batch.day.clone(), source, owner_id, unit_id, items, open }
    }
}

/// Who keeps whose file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StewardFact {
    /// Whose.
    pub customer_id: CustomerId,
    /// Who.
    pub steward_id: UserId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
}

/// A first contact as it stands.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FirstContactFact {
    /// Which.
    pub first_contact_id: Id<FirstContact>,
    /// Whom.
    pub customer_id: CustomerId,
    /// Who is to do it.
    pub owner_id: UserId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Until when.
    pub due_at: Timestamp,
}

/// What was reported where; not the words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MarketReportFact {
    /// Which.
    pub market_report_id: Id<MarketReport>,
    /// In which week: `2026-W48`.
    pub week: String,
    /// Who reported it.
    pub owner_id: UserId,
    /// Their unit.
    pub unit_id: Option<UnitId>,
}
