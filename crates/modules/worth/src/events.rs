//! Facts this module emits: ids, no personal data.

use kernel::CustomerId;
use serde::{Deserialize, Serialize};

use crate::rules::LifecycleStage;

/// Somebody came from one stage of the life cycle into another.
pub const STAGE_CHANGED: &str = "lifecycle.stage_changed";

/// Who, and how.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StageFact {
    /// Who.
    pub customer_id: CustomerId,
    /// Where they came to.
    pub stage: LifecycleStage,
    /// From where.
    pub before: LifecycleStage,
    /// Whether the rules changed, and not the customer.
    pub rules_changed: bool,
}
