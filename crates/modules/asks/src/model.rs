//! What was asked of a supervisor, and what may become of it.

use conversations::ConversationId;
use inquiries::RecordId;
use kernel::{CustomerId, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use tasks::Task;
use utoipa::ToSchema;

use crate::codes;

impl Noun for Ask {
    const PREFIX: &'static str = "ask";
}

text_enum! {
    /// Where an ask stands.
    pub enum AskState {
        /// It waits for an answer.
        Open = "open",
        /// It was answered.
        Answered = "answered",
        /// It need not be answered any more.
        Withdrawn = "withdrawn",
    }
}

text_enum! {
    /// Where the answer was found.
    pub enum Found {
        /// It stands in the knowledge: whoever asked could have found it.
        Knowledge = "knowledge",
        /// It stands nowhere yet: a gap.
        Gap = "gap",
    }
}

text_enum! {
    /// What a line of the thread is.
    pub enum LineKind {
        /// What was asked.
        Question = "question",
        /// A word in between, from either side.
        Word = "word",
        /// The answer.
        Answer = "answer",
    }
}

store::record! {
    /// Something asked of a supervisor.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Ask {
        /// Its id.
        pub id: Id<Ask>,
        /// Where it stands.
        pub state: AskState,
        /// What was asked.
        pub question: String,
        /// In which conversation it came up.
        pub conversation_id: Option<ConversationId>,
        /// In which inquiry.
        pub record_id: Option<RecordId>,
        /// Of which customer.
        pub customer_id: Option<CustomerId>,
        /// Their name then.
        pub customer_name: String,
        /// Who asks.
        pub asked_by: UserId,
        /// Their name.
        pub asked_by_name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// When.
        pub asked_at: Timestamp,
        /// Of whom it is asked; of whoever may answer in the unit's pool without.
        pub to_id: Option<UserId>,
        /// Their name.
        pub to_name: Option<String>,
        /// Until when, counted in business time.
        pub due_at: Timestamp,
        /// The answer.
        pub answer: Option<String>,
        /// Where it was found.
        pub found: Option<Found>,
        /// Who answered.
        pub answered_by: Option<UserId>,
        /// Their name.
        pub answered_by_name: Option<String>,
        /// When.
        pub answered_at: Option<Timestamp>,
        /// The wrap-up reason it is sorted under, in words.
        pub reason: Option<String>,
        /// What the asks have in common that are the same: a wrap-up reason's id, or the earlier ask's.
        pub likeness: Option<String>,
        /// The task to write the answer down that this one counted for.
        pub draft_id: Option<Id<Task>>,
        /// How many lines the thread has.
        pub lines: i64,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// A line of the thread.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct AskLine {
        /// Of which ask.
        pub ask_id: Id<Ask>,
        /// Counts from 1.
        pub number: i64,
        /// What it is.
        pub kind: LineKind,
        /// What was said.
        pub text: String,
        /// Who said it.
        pub by_id: UserId,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
    }
}

/// Somebody of the department, with their name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Who {
    pub id: UserId,
    pub name: String,
}

impl Ask {
    /// Whose it is: whoever asked.
    pub fn owned(&self) -> Owned {
        Owned::by(self.asked_by, self.unit_id)
    }

    /// Of whom it is asked, among the asker's unit.
    pub(crate) fn asked_of(&self) -> Owned {
        Owned::by(self.to_id, self.unit_id)
    }

    /// Whether it should have been answered by now.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == AskState::Open && self.due_at < now
    }

    /// What the trail holds of it: nobody's words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "state": self.state,
            "to_id": self.to_id,
            "due_at": self.due_at,
            "found": self.found,
            "likeness": self.likeness,
            "lines": self.lines,
            "version": self.version,
        })
    }

    /// The next line of the thread.
    pub(crate) fn line(&mut self, kind: LineKind, by: Who, text: String, now: Timestamp) -> AskLine {
        self.lines += 1;
        self.version += 1;
        AskLine { ask_id: self.id, number: self.lines, kind, text, by_id: by.id, by_name: by.name, at: now }
    }

    /// A word of either side. What was answered is asked again by whoever asked, until `due`.
    pub(crate) fn said(mut self, permit: &Permit, by: Who, text: String, due: Timestamp) -> Result<(Self, AskLine)> {
        match self.state {
            AskState::Withdrawn => return Err(codes::NOT_OPEN.conflict()),
            AskState::Answered if by.id == self.asked_by => (self.state, self.due_at) = (AskState::Open, due),
            AskState::Open | AskState::Answered => {}
        }
        let line = self.line(LineKind::Word, by, text, permit.at());
        Ok((self, line))
    }

    /// Answered: in the same place where it was asked.
    pub(crate) fn answered(mut self, permit: &Permit, by: Who, text: String, found: Found) -> Result<(Self, AskLine)> {
        if self.state != AskState::Open {
            return Err(codes::NOT_OPEN.conflict());
        }
        if by.id == self.asked_by {
            return Err(codes::OWN.conflict());
        }
        self.state = AskState::Answered;
        (self.answer, self.found) = (Some(text.clone()), Some(found));
        (self.answered_by, self.answered_by_name) = (Some(by.id), Some(by.name.clone()));
        self.answered_at = Some(permit.at());
        let line = self.line(LineKind::Answer, by, text, permit.at());
        Ok((self, line))
    }

    /// Not to be answered any more.
    pub(crate) fn withdrawn(mut self, _permit: &Permit) -> Result<Self> {
        if self.state != AskState::Open {
            return Err(codes::NOT_OPEN.conflict());
        }
        self.state = AskState::Withdrawn;
        self.version += 1;
        Ok(self)
    }

    /// Asked of somebody else from now on.
    pub(crate) fn passed_on(mut self, to: Who) -> Self {
        (self.to_id, self.to_name) = (Some(to.id), Some(to.name));
        self.version += 1;
        self
    }

    /// Sorted with those that have this in common.
    pub(crate) fn alike(mut self, likeness: String, reason: Option<String>) -> Self {
        self.likeness = Some(likeness);
        self.reason = reason.or(self.reason);
        self.version += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Rng};

    use super::*;

    fn ask() -> Ask {
        let (now, rng) = (Timestamp::from_millis(1), Rng::seeded(1));
        Ask {
            id: Id::new(now, &rng),
            state: AskState::Open,
            question: "保修期外能免上门费吗".into(),
            conversation_id: None,
            record_id: None,
            customer_id: None,
            customer_name: String::new(),
            asked_by: Id::new(now, &rng),
            asked_by_name: "林".into(),
            unit_id: None,
            asked_at: now,
            to_id: None,
            to_name: None,
            due_at: Timestamp::from_millis(100),
            answer: None,
            found: None,
            answered_by: None,
            answered_by_name: None,
            answered_at: None,
            reason: None,
            likeness: None,
            draft_id: None,
            lines: 1,
            version: 1,
        }
    }

    #[test]
    fn r052_nobody_answers_themselves_and_a_further_question_opens_it_again() {
        let permit = Actor::System("test").permit("x", &Owned::NOBODY, Timestamp::from_millis(50)).unwrap();
        let ask = ask();
        let asker = Who { id: ask.asked_by, name: "林".into() };
        let lead = Who { id: Id::new(Timestamp::from_millis(1), &Rng::seeded(9)), name: "王".into() };
        assert!(ask.clone().answered(&permit, asker.clone(), "能".into(), Found::Gap).is_err());
        let (answered, line) = ask.answered(&permit, lead.clone(), "能".into(), Found::Gap).unwrap();
        assert_eq!((answered.state, line.number), (AskState::Answered, 2));
        let due = Timestamp::from_millis(900);
        let (thanked, _) = answered.clone().said(&permit, lead, "补充一句".into(), due).unwrap();
        assert_eq!(thanked.state, AskState::Answered);
        let (again, line) = answered.said(&permit, asker, "那配件呢".into(), due).unwrap();
        assert_eq!((again.state, again.due_at, line.number), (AskState::Open, due, 3));
    }
}
