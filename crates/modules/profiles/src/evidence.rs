//! What something that is said of a customer rests on: a talk, or one message of it.

use kernel::{Check, Result};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A talk with the customer, or one message of it. Whoever follows it sees it as far as they may read that talk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerEvidence {
    /// The conversation's id.
    #[schema(example = "cnv_00000000000000000000000000")]
    pub conversation_id: String,
    /// The message's number in it; none: all of it.
    #[serde(default)]
    #[schema(minimum = 1)]
    pub seq: Option<i64>,
}

store::kept_as_json!(CustomerEvidence);

impl CustomerEvidence {
    /// # Errors
    /// [`kernel::Error::Invalid`] for what names no message. Whether there is such a talk is not asked: modules below
    /// keep them.
    pub(crate) fn check(&self) -> Result<()> {
        let digits = self.conversation_id.strip_prefix("cnv_").unwrap_or_default();
        let fine = digits.len() == 26 && digits.chars().all(|c| c.is_ascii_digit() || c.is_ascii_lowercase());
        Check::new()
            .that(fine, "evidence.conversation_id", "malformed")
            .range("evidence.seq", self.seq.unwrap_or(1), 1..=1_000_000_000)
            .done()
    }
}
