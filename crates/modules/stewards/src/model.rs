//! What a day brought in, who keeps whose file, and what may become of it.

use kernel::{Check, CustomerId, Id, Noun, Owned, Permit, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

/// Items of a batch, at most.
pub(crate) const MOST_ITEMS: i64 = 500;

impl Noun for IntakeBatch {
    const PREFIX: &'static str = "itb";
}
impl Noun for Item {
    const PREFIX: &'static str = "iti";
}

text_enum! {
    /// Where a batch came from.
    pub enum IntakeSource {
        /// Somebody handed over what their day brought.
        Daily = "daily",
        /// Another department did, by an interface.
        Feed = "feed",
    }
}

text_enum! {
    /// How far a batch has come.
    pub enum IntakeState {
        /// It is put together.
        Draft = "draft",
        /// It is to be classified.
        Submitted = "submitted",
        /// Every row was taken or refused.
        Classified = "classified",
    }
}

text_enum! {
    /// What a row of a batch is.
    pub enum ItemKind {
        /// A customer whose file was updated.
        Update = "update",
        /// Somebody who is to become a customer.
        Draft = "draft",
    }
}

text_enum! {
    /// What became of a row.
    pub enum ItemState {
        /// Nothing yet.
        Open = "open",
        /// It is a customer's, classified, with a steward.
        Accepted = "accepted",
        /// It was refused, for a reason.
        Refused = "refused",
    }
}

text_enum! {
    /// What kind of customer somebody is.
    pub enum ClientType {
        /// A person.
        Person = "person",
        /// A company or authority.
        Company = "company",
        /// Somebody who sells on.
        Reseller = "reseller",
        /// Something else.
        Other = "other",
    }
}

text_enum! {
    /// How a file was updated on a day.
    pub enum UpdateWay {
        /// Something in it was changed.
        Changed = "changed",
        /// Whoever keeps it looked, and there is nothing new.
        NothingNew = "nothing_new",
        /// It was handed over with the day's intake.
        Intake = "intake",
    }
}

store::record! {
    /// How the day's intake goes, and how soon somebody new is spoken to.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct IntakeRules {
        /// There is one row.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// The minute of the day until which intake and updates are due.
        pub due_minute: i64,
        /// Whole calendar days after the day a customer is given to somebody, by whose close they were spoken to.
        pub contact_days: i64,
        /// How many days before its end one is reminded.
        pub remind_days: i64,
        /// The unit that classifies what other departments hand over; none: whoever reaches everything.
        pub unit_id: Option<UnitId>,
        /// Rises with each change.
        pub version: i64,
    }
}

impl IntakeRules {
    pub(crate) fn checked(self) -> Result<Self> {
        Check::new()
            .that((1..=1_440).contains(&self.due_minute), "due_minute", "out_of_range")
            .that((1..=60).contains(&self.contact_days), "contact_days", "out_of_range")
            .that((0..self.contact_days).contains(&self.remind_days), "remind_days", "out_of_range")
            .done()?;
        Ok(self)
    }
}

store::record! {
    /// What somebody, or another department, brought in on a day.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct IntakeBatch {
        /// Its id.
        pub id: Id<IntakeBatch>,
        /// The day.
        pub day: String,
        /// Where it came from.
        pub source: IntakeSource,
        /// The other department; empty for a day's own intake.
        pub department: String,
        /// What else is new.
        pub news: String,
        /// How far it has come.
        pub state: IntakeState,
        /// How many rows.
        pub items: i64,
        /// How many of them are to be classified.
        pub open: i64,
        /// Whose it is.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to; of another department's, the one that classifies it.
        pub unit_id: Option<UnitId>,
        /// Since when.
        pub created_at: Timestamp,
        /// When it was handed over.
        pub submitted_at: Option<Timestamp>,
        /// When the last row was classified.
        pub classified_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// A row of a batch, in clear: what goes out is masked.
    #[derive(Clone, ToSchema)]
    #[schema(as = IntakeItemRow)]
    pub(crate) struct Item {
        pub id: Id<Item>,
        pub batch_id: Id<IntakeBatch>,
        pub kind: ItemKind,
        pub department: Option<String>,
        pub key: Option<String>,
        pub customer_id: Option<CustomerId>,
        pub name: String,
        pub phone: Option<String>,
        pub email: Option<String>,
        pub note: String,
        pub state: ItemState,
        pub client_type: Option<ClientType>,
        pub steward_id: Option<UserId>,
        pub reason: Option<String>,
        pub created_at: Timestamp,
        pub version: i64,
    }
}

store::record! {
    /// Who keeps a customer's file.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct RecordSteward {
        /// Whose file.
        pub customer_id: CustomerId,
        /// Who keeps it.
        pub steward_id: UserId,
        /// Their name.
        pub steward_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// What kind of customer it is.
        pub client_type: ClientType,
        /// Who named them.
        pub named_by: Option<UserId>,
        /// When.
        pub named_at: Timestamp,
        /// The last day the file was updated on.
        pub last_day: Option<String>,
        /// Rises with each change.
        pub version: i64,
    }
}

/// Somebody of the department.
#[derive(Clone, Debug)]
pub(crate) struct Who {
    pub id: UserId,
    pub name: String,
    pub unit: Option<UnitId>,
}

impl Who {
    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.id, self.unit)
    }
}

impl IntakeBatch {
    pub(crate) fn new(
        id: Id<Self>,
        source: IntakeSource,
        day: String,
        department: String,
        by: Who,
        now: Timestamp,
    ) -> Self {
        Self {
            id,
            day,
            source,
            department,
            news: String::new(),
            state: IntakeState::Draft,
            items: 0,
            open: 0,
            owner_id: by.id,
            owner_name: by.name,
            unit_id: by.unit,
            created_at: now,
            submitted_at: None,
            classified_at: None,
            version: 1,
        }
    }

    /// Whose it is, for scopes.
    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// What the trail holds of it: counts, no words.
    pub(crate) fn trace(&self) -> Value {
        json!({"day": self.day, "source": self.source, "department": self.department, "state": self.state, "items": self.items, "open": self.open})
    }

    /// With other news.
    pub(crate) fn noted(mut self, _permit: &Permit, news: String) -> Result<Self> {
        self.must_be_draft()?;
        self.news = news;
        self.version += 1;
        Ok(self)
    }

    /// With so many rows more, or fewer.
    pub(crate) fn counted(mut self, _permit: &Permit, more: i64) -> Result<Self> {
        if self.source == IntakeSource::Daily {
            self.must_be_draft()?;
        }
        self.items += more;
        self.open += more;
        if self.source == IntakeSource::Feed && more > 0 {
            (self.state, self.classified_at) = (IntakeState::Submitted, None);
        }
        self.version += 1;
        Ok(self)
    }

    /// Handed over to be classified. What is empty says at least that nothing is new.
    pub(crate) fn submitted(mut self, permit: &Permit) -> Result<Self> {
        self.must_be_draft()?;
        if self.items == 0 && self.news.is_empty() {
            return Err(codes::EMPTY.conflict());
        }
        self.submitted_at = Some(permit.at());
        (self.state, self.classified_at) = if self.open == 0 {
            (IntakeState::Classified, self.submitted_at)
        } else {
            (IntakeState::Submitted, None)
        };
        self.version += 1;
        Ok(self)
    }

    /// So many rows were taken or refused.
    pub(crate) fn judged(mut self, permit: &Permit, rows: i64) -> Result<Self> {
        if self.state != IntakeState::Submitted {
            return Err(codes::NOT_SUBMITTED.conflict());
        }
        self.open -= rows;
        if self.open == 0 {
            (self.state, self.classified_at) = (IntakeState::Classified, Some(permit.at()));
        }
        self.version += 1;
        Ok(self)
    }

    fn must_be_draft(&self) -> Result<()> {
        if self.state == IntakeState::Draft {
            Ok(())
        } else {
            Err(codes::SUBMITTED.conflict())
        }
    }
}

impl Item {
    /// Taken: it is this customer's.
    pub(crate) fn accepted(self, customer: CustomerId, client_type: ClientType, steward: UserId) -> Result<Self> {
        self.must_be_open()?;
        Ok(Self {
            customer_id: Some(customer),
            state: ItemState::Accepted,
            client_type: Some(client_type),
            steward_id: Some(steward),
            version: self.version + 1,
            ..self
        })
    }

    /// Not taken, and why.
    pub(crate) fn refused(self, reason: String) -> Result<Self> {
        self.must_be_open()?;
        Ok(Self { state: ItemState::Refused, reason: Some(reason), version: self.version + 1, ..self })
    }

    fn must_be_open(&self) -> Result<()> {
        if self.state == ItemState::Open {
            Ok(())
        } else {
            Err(codes::NOT_OPEN.conflict())
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Rng};

    use super::*;

    fn batch(source: IntakeSource) -> (IntakeBatch, Permit) {
        let now = Timestamp::from_millis(5);
        let rng = Rng::seeded(1);
        let who = Who { id: UserId::new(now, &rng), name: "王芳".into(), unit: None };
        let permit = Actor::System("test").permit("stewards.classify", &Owned::NOBODY, now).unwrap();
        (IntakeBatch::new(Id::new(now, &rng), source, "2026-11-26".into(), String::new(), who, now), permit)
    }

    #[test]
    fn a_day_without_anything_says_at_least_that_nothing_is_new() {
        let (batch, permit) = batch(IntakeSource::Daily);
        assert!(batch.clone().submitted(&permit).is_err());
        let submitted = batch.noted(&permit, "今天没有新客户".into()).unwrap().submitted(&permit).unwrap();
        assert_eq!(submitted.state, IntakeState::Classified);
    }

    #[test]
    fn a_batch_is_classified_once_its_last_row_is() {
        let (batch, permit) = batch(IntakeSource::Daily);
        let batch = batch.counted(&permit, 2).unwrap();
        assert!(batch.clone().judged(&permit, 1).is_err(), "it was not handed over");
        let batch = batch.submitted(&permit).unwrap();
        assert!(batch.clone().counted(&permit, 1).is_err() && batch.clone().submitted(&permit).is_err());
        let batch = batch.judged(&permit, 1).unwrap();
        assert_eq!((batch.state, batch.open), (IntakeState::Submitted, 1));
        assert_eq!(batch.judged(&permit, 1).unwrap().state, IntakeState::Classified);
    }

    #[test]
    fn what_another_department_sends_later_opens_its_batch_again() {
        let (batch, permit) = batch(IntakeSource::Feed);
        let batch = batch.counted(&permit, 1).unwrap().judged(&permit, 1).unwrap();
        assert_eq!(batch.state, IntakeState::Classified);
        assert_eq!(batch.counted(&permit, 1).unwrap().state, IntakeState::Submitted);
    }
}
