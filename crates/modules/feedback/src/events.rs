//! Facts this module emits: nobody's name and no words.

use complaints::Complaint;
use conversations::ConversationId;
use kernel::{CustomerId, Id, Money, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::{FeedbackItem, FeedbackKind, FeedbackState, FeedbackWay, Recognition, RecognitionKind};

/// A suggestion, an opinion or praise came. Carries [`FeedbackFact`].
pub const RECEIVED: &str = "feedback_item.received";
/// Something was done about it. Carries [`FeedbackFact`].
pub const CHANGED: &str = "feedback_item.changed";
/// It is over: answered for good, or a complaint from now on. Carries [`FeedbackFact`].
pub const CLOSED: &str = "feedback_item.closed";
/// Something good stands on the wall. Carries [`RecognitionFact`].
pub const RECOGNISED: &str = "recognition.given";
/// It was rewarded. Carries [`RecognitionFact`].
pub const REWARDED: &str = "recognition.rewarded";

/// The item after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FeedbackFact {
    /// Which.
    pub feedback_item_id: Id<FeedbackItem>,
    /// Its number.
    pub number: String,
    /// What it is.
    pub kind: FeedbackKind,
    /// Where it stands.
    pub state: FeedbackState,
    /// Which way it came.
    pub way: FeedbackWay,
    /// Whose; nobody's where they stay unnamed.
    pub customer_id: Option<CustomerId>,
    /// The conversation it was said in.
    pub conversation_id: Option<ConversationId>,
    /// About whom.
    pub about_id: Option<UserId>,
    /// About which unit.
    pub about_unit_id: Option<UnitId>,
    /// Who has it.
    pub owner_id: Option<UserId>,
    /// Their unit.
    pub unit_id: Option<UnitId>,
    /// Whether a suggestion was adopted, once answered.
    pub adopted: Option<bool>,
    /// The complaint it became.
    pub complaint_id: Option<Id<Complaint>>,
}

impl FeedbackFact {
    pub(crate) fn of(item: &FeedbackItem) -> Self {
        Self {
            feedback_item_id: item.id,
            number: item.number.clone(),
            kind: item.kind,
            state: item.state,
            way: item.way,
            customer_id: item.customer_id,
            conversation_id: item.conversation_id,
            about_id: item.about_id,
            about_unit_id: item.about_unit_id,
            owner_id: item.owner_id,
            unit_id: item.unit_id,
            adopted: item.adopted,
            complaint_id: item.complaint_id,
        }
    }
}

/// The recognition after it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RecognitionFact {
    /// Which.
    pub recognition_id: Id<Recognition>,
    /// Whose word it is.
    pub kind: RecognitionKind,
    /// Of whom.
    pub person_id: Option<UserId>,
    /// Of which unit.
    pub unit_id: Option<UnitId>,
    /// The praise it came with.
    pub feedback_item_id: Option<Id<FeedbackItem>>,
    /// The reward, in minor units of `currency`.
    pub reward: Option<Money>,
    /// ISO 4217.
    pub currency: Option<String>,
}

impl RecognitionFact {
    pub(crate) fn of(one: &Recognition) -> Self {
        Self {
            recognition_id: one.id,
            kind: one.kind,
            person_id: one.person_id,
            unit_id: one.unit_id,
            feedback_item_id: one.feedback_item_id,
            reward: one.reward,
            currency: one.currency.clone(),
        }
    }
}
