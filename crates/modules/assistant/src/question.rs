//! What a model was asked, and what came of it.

use conversations::ConversationId;
use kernel::{CustomerId, Id, Noun, Timestamp};
use knowledge::Article;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::propose::Offered;

impl Noun for ModelQuestion {
    const PREFIX: &'static str = "mqn";
}

text_enum! {
    /// What came of a question.
    pub(crate) enum QuestionOutcome {
        /// The customer was answered.
        Answered = "answered",
        /// What it said may not be said; why stands beside it.
        Refused = "refused",
        /// It said nothing; why stands beside it.
        Failed = "failed",
        /// The customer had said more meanwhile, or somebody had taken the conversation.
        Late = "late",
    }
}

/// The articles it might choose among, kept as JSON.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Articles(pub(crate) Vec<Offered>);

store::kept_as_json!(Articles);

store::record! {
    /// What a model was asked, and what it said, both without personal data.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub(crate) struct ModelQuestion {
        /// Its id.
        pub id: Id<ModelQuestion>,
        /// In which conversation.
        pub conversation_id: ConversationId,
        #[serde(skip)]
        #[schema(ignore)]
        pub customer_id: Option<CustomerId>,
        #[serde(skip)]
        #[schema(ignore)]
        pub seen_seq: i64,
        /// What the customer asked.
        pub question: String,
        #[serde(skip)]
        #[schema(ignore)]
        pub articles: Articles,
        /// All that was sent, as it was.
        pub sent: String,
        /// What it said; empty when nothing.
        pub said: String,
        /// What came of it; none while it is being asked.
        pub outcome: Option<QuestionOutcome>,
        /// Why not, when the customer was not answered: `not_sure`, `strange_link`, `timeout`, …
        pub detail: String,
        /// The article it cited.
        pub article_id: Option<Id<Article>>,
        /// When.
        pub asked_at: Timestamp,
        /// How long it took, in milliseconds.
        pub took_ms: Option<i64>,
    }
}
