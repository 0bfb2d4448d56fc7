//! A record of what was asked, and a day's signature; what may become of them.

use conversations::{ConversationId, WrapUpReason};
use kernel::{ChannelId, CustomerId, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

/// The id of an [`InquiryRecord`].
pub type RecordId = Id<InquiryRecord>;

impl Noun for InquiryRecord {
    const PREFIX: &'static str = "inq";
}
impl Noun for RecordVersion {
    const PREFIX: &'static str = "inv";
}
impl Noun for DailyRecord {
    const PREFIX: &'static str = "dly";
}

text_enum! {
    /// How somebody asked.
    pub enum Way {
        /// In a conversation, which has a channel.
        Conversation = "conversation",
        /// By telephone.
        Phone = "phone",
        /// In person.
        Counter = "counter",
        /// In another way.
        Other = "other",
    }
}

text_enum! {
    /// Whether the matter is settled.
    pub enum Outcome {
        /// It is.
        Solved = "solved",
        /// It is not, or not yet.
        Unsolved = "unsolved",
        /// Nobody has said.
        Unknown = "unknown",
    }
}

store::record! {
    /// What was asked in one contact, and what came of it.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct InquiryRecord {
        /// Its id.
        pub id: RecordId,
        /// The conversation it is of, if it was one.
        pub conversation_id: Option<ConversationId>,
        /// How they asked.
        pub way: Way,
        /// The conversation's channel.
        pub channel_id: Option<ChannelId>,
        /// Its name then.
        pub channel_name: Option<String>,
        /// Who asked, if that is known.
        pub customer_id: Option<CustomerId>,
        /// Their name then; empty when they gave none.
        pub customer_name: String,
        /// Their number in clear: it goes out masked.
        #[serde(skip)]
        #[schema(ignore)]
        pub phone: Option<String>,
        /// What they asked.
        pub asked: String,
        /// What they were told, or what was done; empty as long as nothing was.
        pub answer: String,
        /// The reason it is sorted under.
        pub reason_id: Option<Id<WrapUpReason>>,
        /// Its words then, with those of the reason above it: `售后 / 退款`.
        pub reason: Option<String>,
        /// Whether the matter is settled.
        pub outcome: Outcome,
        /// Who answered.
        pub owner_id: Option<UserId>,
        /// Their name then.
        pub agent_name: Option<String>,
        /// The unit they belonged to.
        pub unit_id: Option<UnitId>,
        /// When the contact began.
        pub began_at: Timestamp,
        /// When it ended.
        pub ended_at: Timestamp,
        /// The day on whose sheet it stands, `YYYY-MM-DD` in the organisation's time zone.
        pub day: String,
        /// Whether a person has written it; one that nobody touched is what the conversation says.
        pub edited: bool,
        /// How often it was corrected after its day was signed.
        pub corrections: i64,
        /// Who wrote it down; nobody when the product itself did.
        pub created_by: Option<UserId>,
        /// When.
        pub created_at: Timestamp,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
    }
}

store::record! {
    /// What a record said before it was changed.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    #[schema(as = InquiryRecordVersion)]
    pub(crate) struct RecordVersion {
        /// Its id.
        pub id: Id<RecordVersion>,
        /// Of which record.
        pub record_id: RecordId,
        /// Which of its versions: 1 is the first.
        pub number: i64,
        /// The record as it was.
        #[schema(value_type = Object)]
        pub data: Kept,
        /// Why it was corrected, when its day had been signed.
        pub reason: Option<String>,
        /// Who wrote over it; nobody when the product itself did.
        pub replaced_by: Option<UserId>,
        /// Their name.
        pub replaced_by_name: Option<String>,
        /// When.
        pub replaced_at: Timestamp,
    }
}

/// JSON in a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Kept(pub Value);

store::kept_as_json!(Kept);

store::record! {
    /// A team's day, signed.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct DailyRecord {
        /// Its id.
        pub id: Id<DailyRecord>,
        /// Whose day it is, in one text.
        #[serde(skip)]
        #[schema(ignore)]
        pub sheet: String,
        /// The day.
        pub day: String,
        /// The team; none for what belongs to no team.
        pub unit_id: Option<UnitId>,
        /// How many rows were signed.
        pub inquiries: i64,
        /// What the signer had to say; empty when nothing.
        pub note: String,
        /// Who signed.
        pub signed_by: Option<UserId>,
        /// Their name.
        pub signed_by_name: String,
        /// When.
        pub signed_at: Timestamp,
    }
}

impl DailyRecord {
    /// The one text that says whose day it is.
    pub(crate) fn sheet(unit: Option<UnitId>, day: &str) -> String {
        unit.map_or_else(|| format!("/{day}"), |unit| format!("{unit}/{day}"))
    }
}

/// What a person changes of a record; what is none stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub customer: Option<CustomerId>,
    pub customer_name: Option<String>,
    /// Empty: none any more.
    pub phone: Option<String>,
    pub asked: Option<String>,
    pub answer: Option<String>,
    pub reason: Option<(Id<WrapUpReason>, String)>,
    pub outcome: Option<Outcome>,
}

impl InquiryRecord {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// What the trail holds of it: nobody's name, number or words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "way": self.way,
            "reason": self.reason,
            "outcome": self.outcome,
            "day": self.day,
            "corrections": self.corrections,
            "version": self.version,
        })
    }

    /// As a person wants it, as a change of the version that was seen.
    pub(crate) fn changed(mut self, _permit: &Permit, seen: i64, change: Change) -> Result<Self> {
        if seen != self.version {
            return Err(codes::STALE.conflict());
        }
        self.customer_id = change.customer.or(self.customer_id);
        self.customer_name = change.customer_name.unwrap_or(self.customer_name);
        if let Some(phone) = change.phone {
            self.phone = Some(phone).filter(|phone| !phone.is_empty());
        }
        self.asked = change.asked.unwrap_or(self.asked);
        self.answer = change.answer.unwrap_or(self.answer);
        if let Some((id, words)) = change.reason {
            (self.reason_id, self.reason) = (Some(id), Some(words));
        }
        self.outcome = change.outcome.unwrap_or(self.outcome);
        self.edited = true;
        self.version += 1;
        Ok(self)
    }

    /// As [`InquiryRecord::changed`], of one whose day was signed.
    pub(crate) fn corrected(self, permit: &Permit, seen: i64, change: Change) -> Result<Self> {
        let mut after = self.changed(permit, seen, change)?;
        after.corrections += 1;
        Ok(after)
    }

    /// What the conversation says by now. What a person has written stays, but a reason or an outcome
    /// nobody gave is filled. None when that is nothing new.
    pub(crate) fn retold(&self, told: &Self) -> Option<Self> {
        let mut after = self.clone();
        if !self.edited {
            after.asked.clone_from(&told.asked);
            after.answer.clone_from(&told.answer);
            after.customer_name.clone_from(&told.customer_name);
        }
        if !self.edited || self.reason_id.is_none() {
            (after.reason_id, after.reason) = (told.reason_id, told.reason.clone());
        }
        if self.outcome == Outcome::Unknown {
            after.outcome = told.outcome;
        }
        (after.began_at, after.ended_at) = (told.began_at, told.ended_at);
        if after == *self {
            return None;
        }
        after.version += 1;
        Some(after)
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Rng};

    use super::*;

    fn record() -> InquiryRecord {
        let now = Timestamp::from_millis(1_000);
        InquiryRecord {
            id: Id::new(now, &Rng::seeded(1)),
            conversation_id: None,
            way: Way::Phone,
            channel_id: None,
            channel_name: None,
            customer_id: None,
            customer_name: "韩女士".into(),
            phone: Some("+8613812345678".into()),
            asked: "镀晶多久能洗车".into(),
            answer: String::new(),
            reason_id: None,
            reason: None,
            outcome: Outcome::Unknown,
            owner_id: None,
            agent_name: None,
            unit_id: None,
            began_at: now,
            ended_at: now,
            day: "2026-11-20".into(),
            edited: false,
            corrections: 0,
            created_by: None,
            created_at: now,
            version: 1,
        }
    }

    fn permit() -> Permit {
        Actor::System("test").permit("x", &Owned::NOBODY, Timestamp::from_millis(5)).unwrap()
    }

    #[test]
    fn what_a_person_has_written_the_conversation_does_not_write_over() {
        let told = InquiryRecord { answer: "七天后".into(), outcome: Outcome::Solved, ..record() };
        assert_eq!(record().retold(&told).unwrap().answer, "七天后");
        let change = Change { answer: Some("说明书已发".into()), ..Change::default() };
        let written = record().changed(&permit(), 1, change).unwrap();
        let after = written.retold(&told).unwrap();
        assert_eq!((after.answer.as_str(), after.outcome, after.version), ("说明书已发", Outcome::Solved, 3));
        assert_eq!(after.retold(&told), None);
    }

    #[test]
    fn a_change_of_an_older_version_is_refused_and_a_correction_is_counted() {
        assert!(record().changed(&permit(), 2, Change::default()).is_err());
        let after =
            record().corrected(&permit(), 1, Change { phone: Some(String::new()), ..Change::default() }).unwrap();
        assert_eq!((after.corrections, after.phone), (1, None));
    }

    #[test]
    fn neither_the_answer_nor_the_trail_holds_a_number() {
        let told = format!("{}{}", serde_json::json!(record()), record().trace());
        assert!(!told.contains("13812345678"), "{told}");
        assert!(!record().trace().to_string().contains("韩"));
    }
}
