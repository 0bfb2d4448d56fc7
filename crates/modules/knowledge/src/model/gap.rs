//! What was looked for and not found.

use kernel::{Check, CustomerId, Id, Noun, Permit, Result, Timestamp, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use super::article::Article;
use crate::codes;

impl Noun for KnowledgeGap {
    const PREFIX: &'static str = "gap";
}

text_enum! {
    /// Where a gap stands.
    pub enum GapState {
        /// Nobody writes the answer yet.
        Open = "open",
        /// An article is being written.
        Writing = "writing",
        /// The article is in force.
        Closed = "closed",
        /// Nothing is to be written.
        Dismissed = "dismissed",
    }
}

text_enum! {
    /// How a gap came to be known.
    pub enum GapSource {
        /// Somebody at the desk said that an answer is missing.
        Desk = "desk",
        /// A search found nothing.
        Search = "search",
        /// Supervisors were asked the same several times in a week.
        Asks = "asks",
    }
}

store::record! {
    /// Something the knowledge does not answer.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct KnowledgeGap {
        /// Its id.
        pub id: Id<KnowledgeGap>,
        /// What was looked for; empty once whom it was about is erased.
        pub question: String,
        /// As it is compared.
        #[serde(skip)]
        pub folded: String,
        /// Where it stands.
        pub state: GapState,
        /// How often it was missed.
        pub times: i64,
        /// About which customer it was first.
        pub customer_id: Option<CustomerId>,
        /// The article that answers it.
        pub article_id: Option<Id<Article>>,
        /// Why nothing is to be written.
        pub reason: Option<String>,
        /// When it was first missed.
        pub created_at: Timestamp,
        /// When last.
        pub last_at: Timestamp,
        /// When it was answered or dismissed.
        pub closed_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// That a gap was met once.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct GapReport {
        /// Which gap.
        #[serde(skip)]
        pub gap_id: Id<KnowledgeGap>,
        /// The first is 1.
        pub number: i64,
        /// How it came to be known.
        pub source: GapSource,
        /// Who met it.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: String,
        /// In which conversation.
        #[schema(example = "cnv_01jd3k5v2pf6z8q0w4x7y9abcd")]
        pub conversation_id: Option<String>,
        /// With which customer.
        pub customer_id: Option<CustomerId>,
        /// When.
        pub at: Timestamp,
    }
}

/// What is missing, in its normal spelling.
pub(crate) fn gap_question(question: &str) -> Result<String> {
    Check::new()
        .text("question", question, 2..=200)
        .that(!store::fold(question).is_empty(), "question", "malformed")
        .done()?;
    Ok(question.split_whitespace().collect::<Vec<_>>().join(" "))
}

impl KnowledgeGap {
    pub(crate) fn new(id: Id<Self>, question: String, customer_id: Option<CustomerId>, at: Timestamp) -> Self {
        Self {
            id,
            folded: store::fold(&question),
            question,
            state: GapState::Open,
            times: 0,
            customer_id,
            article_id: None,
            reason: None,
            created_at: at,
            last_at: at,
            closed_at: None,
            version: 1,
        }
    }

    /// What the trail keeps of it: none of its words, which may be a customer's.
    pub(crate) fn trace(&self) -> Value {
        json!({"state": self.state, "times": self.times, "article_id": self.article_id})
    }

    /// Met once more.
    pub(crate) fn met(self, at: Timestamp) -> Self {
        Self { times: self.times + 1, last_at: at, version: self.version + 1, ..self }
    }

    /// Being answered by this article.
    pub(crate) fn written(self, _permit: &Permit, article: Id<Article>) -> Result<Self> {
        match self.state {
            GapState::Open => {
                Ok(Self { state: GapState::Writing, article_id: Some(article), version: self.version + 1, ..self })
            }
            _ => Err(codes::GAP_NOT_OPEN.conflict()),
        }
    }

    /// Answered.
    pub(crate) fn closed(self, permit: &Permit) -> Self {
        Self { state: GapState::Closed, closed_at: Some(permit.at()), version: self.version + 1, ..self }
    }

    /// Nobody writes it any more.
    pub(crate) fn reopened(self, _permit: &Permit) -> Self {
        Self { state: GapState::Open, article_id: None, version: self.version + 1, ..self }
    }

    /// Nothing is to be written.
    pub(crate) fn dismissed(self, permit: &Permit, reason: String) -> Result<Self> {
        match self.state {
            GapState::Open => Ok(Self {
                state: GapState::Dismissed,
                reason: Some(reason),
                closed_at: Some(permit.at()),
                version: self.version + 1,
                ..self
            }),
            _ => Err(codes::GAP_NOT_OPEN.conflict()),
        }
    }
}
