//! One line of the trail.

use kernel::{Id, Noun, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

impl Noun for AuditEntry {
    const PREFIX: &'static str = "aud";
}

store::record! {
    /// Something somebody did.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct AuditEntry {
        /// Its id.
        pub id: Id<AuditEntry>,
        /// When.
        pub at: Timestamp,
        /// `staff`, `visitor`, `system` or `anonymous`.
        pub actor_kind: String,
        /// The person's or customer's id; the name of a job or command for `system`.
        pub actor_id: Option<String>,
        /// The name the person had then.
        pub actor_name: Option<String>,
        /// `module.verb`, done: `tasks.closed`.
        pub action: String,
        /// What kind of thing it was done to.
        pub subject_kind: String,
        /// To which.
        pub subject_id: String,
        /// What the changed fields were, as JSON.
        pub before: Option<String>,
        /// What they became, as JSON.
        pub after: Option<String>,
        /// The reason given, where one is asked for.
        pub reason: Option<String>,
        /// From which address.
        pub ip: Option<String>,
        /// With which program.
        pub user_agent: Option<String>,
        /// The request it belongs to, as it stands in the log.
        pub request_id: String,
    }
}
