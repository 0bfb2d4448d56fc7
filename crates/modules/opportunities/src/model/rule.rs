//! What is looked for.

use conversations::WrapUpReason;
use kernel::{Id, Money, Noun, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Who;

impl Noun for OpportunityRule {
    const PREFIX: &'static str = "opr";
}

/// Words, codes or names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = OpportunityWords)]
pub struct Words(pub Vec<String>);

store::kept_as_json!(Words);

store::record! {
    /// What is looked for in talks and records: what customers ask for and have not bought.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct OpportunityRule {
        /// Its id.
        pub id: Id<OpportunityRule>,
        /// The goods or the service.
        pub service: String,
        /// Any of these was said by a customer or written in a record.
        pub words: Words,
        /// Or a record was sorted under this reason, or one below it.
        pub reason_id: Option<Id<WrapUpReason>>,
        /// Or a conversation has this tag.
        pub tag: Option<String>,
        /// Under which names or codes it stands in orders, beside its own name.
        pub sold_as: Words,
        /// From how many different customers on it is an opportunity.
        pub threshold: i64,
        /// Within how many days.
        pub window_days: i64,
        /// What each customer may bring, in minor units.
        pub each_value: Option<Money>,
        /// ISO 4217.
        pub currency: String,
        /// Whose the opportunities are.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Whether it is looked for.
        pub active: bool,
        /// Up to when it was looked for.
        pub scanned_at: Option<Timestamp>,
        /// Who made it.
        pub created_by: Option<UserId>,
        /// When.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

impl OpportunityRule {
    /// Whose its opportunities are.
    pub(crate) fn owner(&self) -> Who {
        Who { id: self.owner_id, name: self.owner_name.clone(), unit: self.unit_id }
    }
}
