//! The wall: good that is said of somebody, and small rewards for it out of a unit's budget.

use kernel::{Id, Money, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use super::{By, FeedbackItem};
use crate::codes;

impl Noun for Recognition {
    const PREFIX: &'static str = "rcg";
}
impl Noun for RewardBudget {
    const PREFIX: &'static str = "rwb";
}

text_enum! {
    /// Whose word it is.
    pub enum RecognitionKind {
        /// A customer's praise.
        Customer = "customer",
        /// Of somebody who leads them.
        Lead = "lead",
        /// Of a colleague.
        Colleague = "colleague",
    }
}

store::record! {
    /// Something good that is said of somebody, for their team to see (R105).
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Recognition {
        /// Its id.
        pub id: Id<Recognition>,
        /// Whose word it is.
        pub kind: RecognitionKind,
        /// Of whom; nobody where a unit as a whole is praised.
        pub person_id: Option<UserId>,
        /// Their name.
        pub person_name: String,
        /// Their unit then, or the one praised.
        pub unit_id: Option<UnitId>,
        /// Its name.
        pub unit_name: String,
        /// What is said.
        pub words: String,
        /// Who says it; nobody of ours where it is a customer.
        pub by_id: Option<UserId>,
        /// Their name; empty for a customer.
        pub by_name: String,
        /// The praise it came with.
        pub feedback_item_id: Option<Id<FeedbackItem>>,
        /// The month it was said in, in the organisation's time zone: `2026-11`.
        pub month: String,
        /// The reward, in minor units of `currency`.
        pub reward: Option<Money>,
        /// ISO 4217.
        pub currency: Option<String>,
        /// Who gave the reward.
        pub rewarded_by: Option<UserId>,
        /// Their name.
        pub rewarded_by_name: Option<String>,
        /// When.
        pub rewarded_at: Option<Timestamp>,
        /// When it was said.
        pub at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// What a unit may give in rewards in a month, and what of it is given.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct RewardBudget {
        /// Its id.
        pub id: Id<RewardBudget>,
        /// Which unit; those below it that have none of their own give from it too.
        pub unit_id: UnitId,
        /// Which month, in the organisation's time zone: `2026-11`.
        pub month: String,
        /// How much, in minor units of `currency`.
        pub amount: Money,
        /// What of it is given.
        pub spent: Money,
        /// ISO 4217.
        pub currency: String,
        /// Rises with each change.
        pub version: i64,
    }
}

impl Recognition {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.person_id, self.unit_id)
    }

    /// Rewarded, once.
    ///
    /// # Errors
    /// `feedback.nobody_named` for a unit's; `feedback.own_reward`; `feedback.rewarded` the second time.
    pub(crate) fn rewarded(mut self, _permit: &Permit, by: By, amount: Money, currency: String) -> Result<Self> {
        let Some(person) = self.person_id else { return Err(codes::NOBODY_NAMED.conflict()) };
        if person == by.id {
            return Err(codes::OWN_REWARD.conflict());
        }
        if self.reward.is_some() {
            return Err(codes::REWARDED.conflict());
        }
        (self.reward, self.currency) = (Some(amount), Some(currency));
        (self.rewarded_by, self.rewarded_by_name, self.rewarded_at) = (Some(by.id), Some(by.name), Some(by.at));
        self.version += 1;
        Ok(self)
    }

    /// What the trail holds of it: nobody's name and no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "kind": self.kind,
            "person_id": self.person_id,
            "unit_id": self.unit_id,
            "feedback_item_id": self.feedback_item_id,
            "reward": self.reward,
            "currency": self.currency,
            "version": self.version,
        })
    }
}
