//! A promise, and what may become of it.

use conversations::ConversationId;
use inquiries::RecordId;
use kernel::{CustomerId, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

impl Noun for Promise {
    const PREFIX: &'static str = "prm";
}

text_enum! {
    /// Where a promise stands. Broken is no state: an open or a kept promise is broken when it was due before.
    pub enum PromiseState {
        /// It is to be kept.
        Open = "open",
        /// It was kept.
        Kept = "kept",
        /// It cannot be kept, or need not.
        Withdrawn = "withdrawn",
    }
}

store::record! {
    /// Something a customer was promised.
    #[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
    pub struct Promise {
        /// Its id.
        pub id: Id<Promise>,
        /// What was promised, in a line.
        pub what: String,
        /// Where it stands.
        pub state: PromiseState,
        /// Whether what it is about is not over before the customer was told how it ended.
        pub report_back: bool,
        /// To whom, if that is known.
        pub customer_id: Option<CustomerId>,
        /// Their name then.
        pub customer_name: String,
        /// In which conversation.
        pub conversation_id: Option<ConversationId>,
        /// About which inquiry.
        pub record_id: Option<RecordId>,
        /// Who must keep it.
        pub owner_id: Option<UserId>,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Until when.
        pub due_at: Timestamp,
        /// How it was kept, or why it was withdrawn.
        pub result: Option<String>,
        /// When.
        pub closed_at: Option<Timestamp>,
        /// By whom.
        pub closed_by: Option<UserId>,
        /// Their name.
        pub closed_by_name: Option<String>,
        /// Who promised it.
        pub made_by: Option<UserId>,
        /// Their name.
        pub made_by_name: String,
        /// When.
        pub made_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

/// Somebody of the department, with their name.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub id: UserId,
    pub name: String,
}

impl Promise {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether it was not kept in time, as of `now`.
    pub fn is_broken(&self, now: Timestamp) -> bool {
        self.state != PromiseState::Withdrawn && self.due_at < self.closed_at.unwrap_or(now)
    }

    /// What the trail holds of it: nobody's name and no words.
    pub(crate) fn trace(&self) -> Value {
        json!({
            "state": self.state,
            "report_back": self.report_back,
            "owner_id": self.owner_id,
            "due_at": self.due_at,
            "version": self.version,
        })
    }

    /// Kept, and how.
    pub(crate) fn kept(self, permit: &Permit, by: Who, result: Option<String>) -> Result<Self> {
        self.closed(permit, by, PromiseState::Kept, result)
    }

    /// Not to be kept any more, and why.
    pub(crate) fn withdrawn(self, permit: &Permit, by: Who, reason: String) -> Result<Self> {
        self.closed(permit, by, PromiseState::Withdrawn, Some(reason))
    }

    fn closed(mut self, permit: &Permit, by: Who, state: PromiseState, result: Option<String>) -> Result<Self> {
        if self.state != PromiseState::Open {
            return Err(codes::NOT_OPEN.conflict());
        }
        self.state = state;
        self.result = result;
        self.closed_at = Some(permit.at());
        (self.closed_by, self.closed_by_name) = (Some(by.id), Some(by.name));
        self.version += 1;
        Ok(self)
    }

    /// Owed by somebody else from now on.
    pub(crate) fn passed_on(mut self, to: Who, unit: Option<UnitId>) -> Self {
        (self.owner_id, self.owner_name, self.unit_id) = (Some(to.id), to.name, unit);
        self.version += 1;
        self
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Rng};

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn promise() -> Promise {
        Promise {
            id: Id::new(at(1), &Rng::seeded(1)),
            what: "明天中午前回电".into(),
            state: PromiseState::Open,
            report_back: false,
            customer_id: None,
            customer_name: String::new(),
            conversation_id: None,
            record_id: None,
            owner_id: None,
            owner_name: String::new(),
            unit_id: None,
            due_at: at(100),
            result: None,
            closed_at: None,
            closed_by: None,
            closed_by_name: None,
            made_by: None,
            made_by_name: String::new(),
            made_at: at(1),
            version: 1,
        }
    }

    fn permit(now: i64) -> Permit {
        Actor::System("test").permit("x", &Owned::NOBODY, at(now)).unwrap()
    }

    fn who() -> Who {
        Who { id: Id::new(at(1), &Rng::seeded(2)), name: "林".into() }
    }

    #[test]
    fn r065_one_kept_late_stays_broken_and_one_withdrawn_is_not() {
        assert!(!promise().is_broken(at(100)) && promise().is_broken(at(101)));
        let early = promise().kept(&permit(90), who(), None).unwrap();
        assert!(!early.is_broken(at(500)));
        let late = promise().kept(&permit(101), who(), None).unwrap();
        assert!(late.is_broken(at(500)));
        assert!(late.withdrawn(&permit(102), who(), "x".into()).is_err());
        let withdrawn = promise().withdrawn(&permit(101), who(), "客户已自行解决".into()).unwrap();
        assert!(!withdrawn.is_broken(at(500)));
    }
}
