//! Why conversations are had: what staff choose from when one is over.

use kernel::{Id, Noun, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

impl Noun for WrapUpReason {
    const PREFIX: &'static str = "wur";
}

store::record! {
    /// A reason staff choose when a conversation is over.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct WrapUpReason {
        /// Its id.
        pub id: Id<WrapUpReason>,
        /// The reason above it; none at the top. There are two levels.
        pub parent_id: Option<Id<WrapUpReason>>,
        /// What it is called.
        pub label: String,
        /// Its place among its neighbours.
        pub position: i64,
        /// Whether it can no longer be chosen; where it was, it stays.
        pub archived: bool,
        /// Since when.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}
