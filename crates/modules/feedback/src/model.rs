//! What a customer suggests, thinks or praises, and what becomes of it.

mod award;
mod course;
mod rules;
mod wall;

use complaints::Complaint;
use conversations::ConversationId;
use forms::FormKind;
use kernel::{CustomerId, Id, Noun, Owned, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

pub use award::FeedbackAward;
pub(crate) use course::{Answer, By, Turn};
pub(crate) use rules::{FeedbackMinutes, FeedbackPublicForm, FeedbackRules, Levels};
pub use wall::{Recognition, RecognitionKind, RewardBudget};

impl Noun for FeedbackItem {
    const PREFIX: &'static str = "fbi";
}
impl Noun for FeedbackMove {
    const PREFIX: &'static str = "fbm";
}

text_enum! {
    /// What it is. What somebody is not content with and wants put right is a complaint, which `complaints` holds.
    pub enum FeedbackKind {
        /// How something could be better (建议).
        Suggestion = "suggestion",
        /// What they think of something, without asking for anything (意见).
        Opinion = "opinion",
        /// What was good (表扬).
        Praise = "praise",
    }
}

text_enum! {
    /// Where it stands.
    pub enum FeedbackState {
        /// It came; nobody has it yet.
        Received = "received",
        /// Somebody has it.
        Assigned = "assigned",
        /// Whoever said it was answered and thanked.
        Answered = "answered",
        /// It is over.
        Closed = "closed",
        /// It is a complaint from now on.
        Converted = "converted",
    }
}

text_enum! {
    /// Which way it came.
    pub enum FeedbackWay {
        /// In a conversation.
        Conversation = "conversation",
        /// By letter or mail.
        Mail = "mail",
        /// By telephone.
        Phone = "phone",
        /// At the counter.
        Counter = "counter",
        /// By a form that anybody may fill in.
        Form = "form",
    }
}

text_enum! {
    /// Which way whoever said it was answered.
    pub enum AnswerWay {
        /// In the conversation it was said in: the answer is sent there.
        Conversation = "conversation",
        /// By letter or mail.
        Mail = "mail",
        /// By telephone.
        Phone = "phone",
        /// At the counter.
        Counter = "counter",
        /// By text message: the answer is sent to the number they are known by.
        Sms = "sms",
        /// They stayed unnamed or left no way: the answer is kept here alone.
        Unreachable = "unreachable",
    }
}

text_enum! {
    /// What happened to an item.
    pub enum FeedbackMoveKind {
        /// It came.
        Received = "received",
        /// Somebody has it from now on.
        Assigned = "assigned",
        /// It turned out to be of another kind.
        Sorted = "sorted",
        /// It was answered.
        Answered = "answered",
        /// It is over.
        Closed = "closed",
        /// It is open again.
        Reopened = "reopened",
        /// It was adopted, and whoever said it was awarded something for it.
        Awarded = "awarded",
        /// It became a complaint.
        Converted = "converted",
        /// Somebody noted something.
        Noted = "noted",
    }
}

store::record! {
    /// A suggestion, an opinion or praise of a customer.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct FeedbackItem {
        /// Its id.
        pub id: Id<FeedbackItem>,
        /// Its number, without a gap within its day.
        #[schema(example = "FK20261126-0001")]
        pub number: String,
        /// The day it came, in the organisation's time zone.
        pub day: String,
        /// What it is.
        pub kind: FeedbackKind,
        /// Where it stands.
        pub state: FeedbackState,
        /// What it is about, in a line.
        pub title: String,
        /// What was said, in the customer's words.
        pub content: String,
        /// About which goods or service.
        pub goods: Option<String>,
        /// Which way it came.
        pub way: FeedbackWay,
        /// Who said it; nobody where they stay unnamed.
        pub customer_id: Option<CustomerId>,
        /// Their name then.
        pub customer_name: String,
        /// The conversation it was said in.
        pub conversation_id: Option<ConversationId>,
        /// The message it was said with.
        pub message_seq: Option<i64>,
        /// About whom.
        pub about_id: Option<UserId>,
        /// Their name.
        pub about_name: String,
        /// About which unit; of the person it is about, theirs then.
        pub about_unit_id: Option<UnitId>,
        /// Its name.
        pub about_unit_name: String,
        /// Who has it; nobody while it waits.
        pub owner_id: Option<UserId>,
        /// Their name.
        pub owner_name: String,
        /// Their unit, or the one in whose pool it waits.
        pub unit_id: Option<UnitId>,
        /// Until when it is to be answered.
        pub due_at: Option<Timestamp>,
        /// What they were answered, with the thanks.
        pub answer: Option<String>,
        /// Which way.
        pub answer_way: Option<AnswerWay>,
        /// By whom.
        pub answered_by: Option<UserId>,
        /// Their name.
        pub answered_by_name: String,
        /// When.
        pub answered_at: Option<Timestamp>,
        /// Whether a suggestion is adopted.
        pub adopted: Option<bool>,
        /// Why, or why not.
        pub adoption_reason: Option<String>,
        /// What the suggestion was awarded, once it was adopted.
        pub award: Option<FeedbackAward>,
        /// The complaint it became.
        pub complaint_id: Option<Id<Complaint>>,
        /// Its number.
        pub complaint_number: Option<String>,
        /// How often it was open again.
        pub reopenings: i64,
        /// Who took it in.
        pub registered_by: Option<UserId>,
        /// Their name.
        pub registered_by_name: String,
        /// Their unit then.
        pub registered_unit_id: Option<UnitId>,
        /// When.
        pub registered_at: Timestamp,
        /// When it was over.
        pub closed_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Something that happened to an item. Nothing changes or deletes one.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct FeedbackMove {
        /// Its id.
        pub id: Id<FeedbackMove>,
        /// Of which item.
        pub feedback_item_id: Id<FeedbackItem>,
        /// Its place, from 1.
        pub number: i64,
        /// What happened.
        pub kind: FeedbackMoveKind,
        /// What was said or why; empty where nothing was.
        pub words: String,
        /// By whom; nobody where the product did it.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

impl FeedbackKind {
    /// Whose own fields are asked of one of this kind.
    pub(crate) fn form(self) -> FormKind {
        match self {
            Self::Suggestion => FormKind::Suggestion,
            Self::Opinion => FormKind::Opinion,
            Self::Praise => FormKind::Praise,
        }
    }
}

impl FeedbackItem {
    /// Whose it is now, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Who took it in, for scopes.
    pub fn registered(&self) -> Owned {
        Owned::by(self.registered_by, self.registered_unit_id)
    }

    /// Whether it is to be answered still.
    pub fn is_open(&self) -> bool {
        matches!(self.state, FeedbackState::Received | FeedbackState::Assigned)
    }

    /// Whether it was not answered in time, as of `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.is_open() && self.due_at.is_some_and(|due| due < now)
    }

    /// What the trail holds of it: nobody's name and no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "number": self.number,
            "kind": self.kind,
            "state": self.state,
            "way": self.way,
            "about_id": self.about_id,
            "about_unit_id": self.about_unit_id,
            "owner_id": self.owner_id,
            "due_at": self.due_at,
            "answer_way": self.answer_way,
            "adopted": self.adopted,
            "award": self.award.as_ref().map(|award| award.amount),
            "complaint_id": self.complaint_id,
            "reopenings": self.reopenings,
            "version": self.version,
        })
    }

    /// Without anybody's words and the customer's name.
    pub(crate) fn emptied(mut self) -> Self {
        for text in [&mut self.title, &mut self.content] {
            *text = "—".into();
        }
        let award = self.award.as_mut().map(|award| &mut award.words);
        for text in [self.answer.as_mut(), self.adoption_reason.as_mut(), award].into_iter().flatten() {
            *text = "—".into();
        }
        (self.customer_name, self.goods, self.message_seq) = (String::new(), None, None);
        self.version += 1;
        self
    }
}
