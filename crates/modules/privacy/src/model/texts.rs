//! The texts customers agree to, by purpose and version. Pure.

use kernel::{Id, Noun, Permit, Result, Timestamp, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::ConsentPurpose;
use crate::codes;

impl Noun for ConsentText {
    const PREFIX: &'static str = "ctt";
}

store::record! {
    /// A text customers agree to. It never changes: who agreed to a version agreed to these words.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ConsentText {
        /// Its id.
        pub id: Id<ConsentText>,
        /// What the data may be used for by it.
        pub purpose: ConsentPurpose,
        /// Which version, as consents name it: unlike the others of its purpose.
        #[schema(example = "2026-03")]
        pub text_version: String,
        /// The words.
        pub body: String,
        /// Since when it is kept.
        pub added_at: Timestamp,
        /// Who added it.
        pub added_by: Option<UserId>,
        /// Their name.
        pub added_by_name: String,
        /// Since when nobody agrees to it any more.
        pub retired_at: Option<Timestamp>,
    }
}

impl ConsentText {
    /// Nobody agrees to it any more; who did is held to it as before.
    pub(crate) fn retired(mut self, permit: &Permit) -> Result<Self> {
        if self.retired_at.is_some() {
            return Err(codes::RETIRED.conflict());
        }
        self.retired_at = Some(permit.at());
        Ok(self)
    }

    /// What the trail holds of it: it is about no customer.
    pub(crate) fn trace(&self) -> Value {
        json!({"purpose": self.purpose, "text_version": self.text_version, "retired_at": self.retired_at})
    }
}
