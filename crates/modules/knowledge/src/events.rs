//! Facts this module emits.

use kernel::{Id, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::{Article, ArticleAudience, ArticleState, CannedReply, CannedScope, GapState, KnowledgeGap};

/// A canned reply was written, changed or deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CannedReplyFact {
    /// Which.
    pub canned_reply_id: Id<CannedReply>,
    /// Who may use it.
    pub scope: CannedScope,
    /// The person, for their own.
    pub owner_id: Option<UserId>,
    /// The unit, for a team's.
    pub unit_id: Option<UnitId>,
}

/// It is there.
pub const CREATED: &str = "canned_reply.created";
/// It is another one now.
pub const CHANGED: &str = "canned_reply.changed";
/// It is no more.
pub const DELETED: &str = "canned_reply.deleted";

/// An article after what happened to it; none of its words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ArticleFact {
    /// Which.
    pub article_id: Id<Article>,
    /// Where it stands.
    pub state: ArticleState,
    /// Who may be shown it.
    pub audience: ArticleAudience,
    /// The unit for which alone it is.
    pub unit_id: Option<UnitId>,
}

/// Somebody began to write it.
pub const ARTICLE_CREATED: &str = "article.created";
/// Its draft, or who looks after it, is another.
pub const ARTICLE_CHANGED: &str = "article.changed";
/// A version waits for its reviewer.
pub const ARTICLE_SUBMITTED: &str = "article.submitted";
/// The reviewer gave it back.
pub const ARTICLE_RETURNED: &str = "article.returned";
/// A version came into force.
pub const ARTICLE_PUBLISHED: &str = "article.published";
/// It went out of force.
pub const ARTICLE_ARCHIVED: &str = "article.archived";
/// It was found to be right still.
pub const ARTICLE_VERIFIED: &str = "article.verified";

/// A gap after what happened to it; none of its words.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct GapFact {
    /// Which.
    pub gap_id: Id<KnowledgeGap>,
    /// Where it stands.
    pub state: GapState,
    /// How often it was met.
    pub times: i64,
    /// The article that answers it.
    pub article_id: Option<Id<Article>>,
}

/// Something was looked for and not found.
pub const GAP_REPORTED: &str = "knowledge_gap.reported";
/// Somebody writes the answer, or nobody does any more.
pub const GAP_CHANGED: &str = "knowledge_gap.changed";
/// The answer is in force.
pub const GAP_CLOSED: &str = "knowledge_gap.closed";
/// Nothing is to be written.
pub const GAP_DISMISSED: &str = "knowledge_gap.dismissed";
