//! What somebody is awarded for a suggestion that was adopted.

use kernel::{Money, Permit, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{By, FeedbackItem};
use crate::codes;

/// What a suggestion was awarded.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FeedbackAward {
    /// How much, in minor units.
    pub amount: Money,
    /// ISO 4217.
    pub currency: String,
    /// What it is, and how it reaches them.
    pub words: String,
    /// Who gave it.
    pub by_id: UserId,
    /// Their name.
    pub by_name: String,
    /// When.
    pub at: Timestamp,
}

store::kept_as_json!(FeedbackAward);

impl FeedbackItem {
    /// Awarded, once.
    ///
    /// # Errors
    /// `feedback.not_adopted` before it is; `feedback.awarded` the second time.
    pub(crate) fn awarded(
        mut self,
        _permit: &Permit,
        by: By,
        amount: Money,
        currency: String,
        words: String,
    ) -> Result<Self> {
        if self.adopted != Some(true) || self.is_open() {
            return Err(codes::NOT_ADOPTED.conflict());
        }
        if self.award.is_some() {
            return Err(codes::AWARDED.conflict());
        }
        self.award = Some(FeedbackAward { amount, currency, words, by_id: by.id, by_name: by.name, at: by.at });
        self.version += 1;
        Ok(self)
    }
}
