//! What is done often by hand, in one.

use kernel::{Id, Noun, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::Action;

impl Noun for Macro {
    const PREFIX: &'static str = "mac";
}

text_enum! {
    /// Who may use a macro.
    pub enum MacroScope {
        /// Whoever wrote it.
        Personal = "personal",
        /// Everybody who answers conversations.
        All = "all",
    }
}

/// What is done, in this order, all or nothing: 1 to 10 actions. After the one that gives the conversation away or
/// ends it come only tags, a priority and tasks.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Actions(pub Vec<Action>);

store::record! {
    /// Several actions that are done by hand in one.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Macro {
        /// Its id.
        pub id: Id<Macro>,
        /// Its name, its own among those of its person, or everybody's.
        pub name: String,
        /// Who may use it.
        pub scope: MacroScope,
        /// Whose it is, for a personal one.
        pub owner_id: Option<UserId>,
        /// What it does.
        pub actions: Actions,
        /// How often it was used.
        pub uses: i64,
        /// Since when there is one.
        pub created_at: Timestamp,
        /// Rises with each change but not with a use.
        pub version: i64,
    }
}
