//! What is known of whether customers can be reached, and who is out of date. Pure.

mod purge;

use kernel::{Check, CustomerId, Id, Noun, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use sha2::{Digest, Sha256};
use store::text_enum;
use utoipa::ToSchema;

pub(crate) use purge::{MOST, Skip};
pub use purge::{Purge, PurgeItem, PurgeItemState, PurgeKind, PurgeState};

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;

impl Noun for ContactPoint {
    const PREFIX: &'static str = "cpt";
}
impl Noun for ContactSignal {
    const PREFIX: &'static str = "cts";
}

text_enum! {
    /// What somebody is reached at.
    pub enum ContactPointKind {
        /// A telephone number.
        Phone = "phone",
        /// An e-mail address.
        Email = "email",
    }
}

text_enum! {
    /// What was heard of a number or an address.
    pub enum ContactOutcome {
        /// A mail came back: there is no such address.
        Bounced = "bounced",
        /// A text message did not arrive, finally.
        Undelivered = "undelivered",
        /// A call nobody answered.
        NoAnswer = "no_answer",
        /// A call somebody else answered.
        WrongNumber = "wrong_number",
        /// A call to a number that is none any more.
        OutOfService = "out_of_service",
        /// A call the customer answered.
        Reached = "reached",
        /// The customer wrote or called from there.
        Heard = "heard",
        /// A text message arrived.
        Delivered = "delivered",
        /// Somebody made sure of it.
        Verified = "verified",
    }
}

impl ContactOutcome {
    /// Whether it shows that the customer is reached there.
    pub fn works(self) -> bool {
        matches!(self, Self::Reached | Self::Heard | Self::Delivered | Self::Verified)
    }

    /// Whether a person says so, of a call.
    pub fn is_of_a_call(self) -> bool {
        matches!(self, Self::Reached | Self::NoAnswer | Self::WrongNumber | Self::OutOfService)
    }
}

store::record! {
    /// When customers are out of date, and when a number or an address is taken for dead.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct HygieneRules {
        /// There is one.
        #[serde(skip)]
        #[schema(ignore)]
        pub id: String,
        /// After how many days without contact, order or change somebody is out of date: 30 to 3,650.
        pub stale_days: i64,
        /// How many failures, with nothing that worked in between, make a number or an address invalid: 1 to 10.
        pub failures: i64,
        /// Whether a call nobody answered is a failure.
        pub count_no_answer: bool,
        /// Rises with each change.
        pub version: i64,
    }
}

impl HygieneRules {
    /// The rules, when they can be kept.
    pub(crate) fn checked(self) -> Result<Self> {
        Check::new()
            .range("stale_days", self.stale_days, 30..=3_650)
            .range("failures", self.failures, 1..=10)
            .done()?;
        Ok(self)
    }

    /// Whoever was not active since is out of date.
    pub(crate) fn since(&self, now: Timestamp) -> Timestamp {
        now.plus_millis(-self.stale_days * DAY_MS)
    }
}

store::record! {
    /// A number or an address of a customer, as far as anything was heard of it.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ContactPoint {
        /// Its id.
        pub id: Id<ContactPoint>,
        /// Whose, under the id they had then.
        pub customer_id: CustomerId,
        /// What it is.
        pub kind: ContactPointKind,
        /// What it is found by.
        #[serde(skip)]
        #[schema(ignore)]
        pub mark: String,
        /// Itself, masked.
        #[schema(example = "138****5678")]
        pub mask: String,
        /// How often it failed since it last worked.
        pub failures: i64,
        /// When it last failed.
        pub failed_at: Option<Timestamp>,
        /// When it last worked.
        pub worked_at: Option<Timestamp>,
        /// Since when it is taken for dead.
        pub invalid_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// What was heard of a number or an address once.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct ContactSignal {
        /// Its id.
        pub id: Id<ContactSignal>,
        /// Of which.
        pub point_id: Id<ContactPoint>,
        /// What.
        pub outcome: ContactOutcome,
        /// Where it stands: the id of a mail, a text message, a conversation, an inquiry record.
        pub reference: Option<String>,
        /// What whoever called has to say of it.
        pub note: String,
        /// Who says so; nobody where the product heard it itself.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
    }
}

impl ContactPoint {
    /// One of which nothing was heard yet.
    pub(crate) fn new(id: Id<Self>, customer_id: CustomerId, kind: ContactPointKind, contact: &str) -> Self {
        let mask = match kind {
            ContactPointKind::Phone => customers::api::mask_phone(contact),
            ContactPointKind::Email => customers::api::mask_email(contact),
        };
        let (failures, version) = (0, 0);
        let mark = mark(contact);
        Self {
            id,
            customer_id,
            kind,
            mark,
            mask,
            failures,
            failed_at: None,
            worked_at: None,
            invalid_at: None,
            version,
        }
    }

    /// After something was heard of it: what works clears what failed before.
    pub(crate) fn heard(mut self, outcome: ContactOutcome, at: Timestamp, rules: &HygieneRules) -> Self {
        if outcome.works() {
            (self.failures, self.invalid_at, self.worked_at) = (0, None, Some(at));
        } else if outcome != ContactOutcome::NoAnswer || rules.count_no_answer {
            (self.failures, self.failed_at) = (self.failures + 1, Some(at));
            if self.failures >= rules.failures {
                self.invalid_at = self.invalid_at.or(Some(at));
            }
        }
        self.version += 1;
        self
    }

    /// Whether it is taken for dead.
    pub fn is_invalid(&self) -> bool {
        self.invalid_at.is_some()
    }
}

/// What a number or an address, in its one spelling, is found by.
pub(crate) fn mark(contact: &str) -> String {
    kernel::hex(Sha256::digest(contact.as_bytes()))
}

text_enum! {
    /// Why somebody should be looked at.
    pub enum FlagReason {
        /// Nothing happened with them for long.
        Stale = "stale",
        /// A number or an address of theirs is dead.
        InvalidContact = "invalid_contact",
    }
}

store::record! {
    /// A customer somebody should look at.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct FlaggedCustomer {
        /// Who.
        pub customer_id: CustomerId,
        /// Who looks after them.
        pub owner_id: Option<UserId>,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// Whether nothing happened with them for so long that they are out of date.
        pub stale: bool,
        /// When something last did: a contact, an order, a change, somebody who made sure.
        pub active_at: Timestamp,
        /// How many of their numbers and addresses are dead.
        pub invalid_points: i64,
        /// Since when they are on the list.
        pub flagged_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// That what is known of a customer is right.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct CustomerVerification {
        /// Of whom.
        pub customer_id: CustomerId,
        /// How somebody made sure.
        pub note: String,
        /// Who did.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
    }
}

#[cfg(test)]
mod tests {
    use kernel::Rng;

    use super::*;

    fn heard(outcomes: &[ContactOutcome], count_no_answer: bool) -> ContactPoint {
        let (now, rng) = (Timestamp::from_millis(1_000), Rng::seeded(1));
        let rules = HygieneRules { id: "rules".into(), stale_days: 730, failures: 3, count_no_answer, version: 1 };
        let new = ContactPoint::new(Id::new(now, &rng), Id::new(now, &rng), ContactPointKind::Phone, "+8613812345678");
        outcomes
            .iter()
            .enumerate()
            .fold(new, |point, (at, outcome)| point.heard(*outcome, now.plus_millis(at as i64), &rules))
    }

    #[test]
    fn three_failures_make_it_invalid_and_anything_that_works_clears_them() {
        use ContactOutcome::{Delivered, Heard, NoAnswer, OutOfService, Reached, Undelivered, WrongNumber};
        for (outcomes, counted, failures, invalid) in [
            (&[WrongNumber, OutOfService][..], true, 2, false),
            (&[WrongNumber, OutOfService, NoAnswer], true, 3, true),
            (&[WrongNumber, OutOfService, NoAnswer], false, 2, false),
            (&[Undelivered, Undelivered, Delivered, Undelivered], true, 1, false),
            (&[NoAnswer, NoAnswer, NoAnswer, Heard], true, 0, false),
            (&[NoAnswer, NoAnswer, NoAnswer, NoAnswer, Reached, NoAnswer], true, 1, false),
        ] {
            let point = heard(outcomes, counted);
            assert_eq!((point.failures, point.is_invalid()), (failures, invalid), "{outcomes:?}");
        }
        let point = heard(&[WrongNumber, WrongNumber, WrongNumber, WrongNumber], true);
        assert_eq!(point.invalid_at, Some(Timestamp::from_millis(1_002)), "since the third, not the last");
    }

    #[test]
    fn neither_the_number_nor_its_digest_goes_out() {
        let point = heard(&[ContactOutcome::Reached], true);
        let told = serde_json::json!(point).to_string();
        assert!(told.contains("138****5678") && !told.contains("12345678") && !told.contains(&point.mark));
    }
}
