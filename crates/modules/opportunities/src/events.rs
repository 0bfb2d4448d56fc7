//! The fact this module emits, carrying [`OpportunityFact`]: nobody's name and no words.

use kernel::{Id, Money, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{Opportunity, OpportunitySource, OpportunityStage, OpportunityStepKind};

/// An opportunity is there, or stands otherwise.
pub const CHANGED: &str = "opportunity.changed";

/// The opportunity after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct OpportunityFact {
    /// Which.
    pub opportunity_id: Id<Opportunity>,
    /// What happened.
    pub step: OpportunityStepKind,
    /// What it was drawn from.
    pub source: OpportunitySource,
    /// Where it stands.
    pub stage: OpportunityStage,
    /// Whose it is.
    pub owner_id: Option<UserId>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// What it may bring, in minor units.
    pub value: Option<Money>,
    /// ISO 4217.
    pub currency: String,
    /// How many customers want it.
    pub customers: i64,
    /// Until when something is to be done.
    pub due_at: Option<Timestamp>,
}

impl OpportunityFact {
    pub(crate) fn of(opportunity: &Opportunity, step: OpportunityStepKind) -> Self {
        Self {
            opportunity_id: opportunity.id,
            step,
            source: opportunity.source,
            stage: opportunity.stage,
            owner_id: opportunity.owner_id,
            unit_id: opportunity.unit_id,
            value: opportunity.value,
            currency: opportunity.currency.clone(),
            customers: opportunity.customers,
            due_at: opportunity.due_at,
        }
    }
}
