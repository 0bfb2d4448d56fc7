//! What is counted of a complaint, and what many come to.

use std::ops::AddAssign;

use kernel::{Id, Money, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use super::{Compensating, Complaint, ComplaintWay, SignOffKind};

store::record! {
    /// What is counted of one complaint: kept with it.
    #[derive(Clone, Debug, PartialEq)]
    pub(crate) struct ComplaintFigure {
        pub complaint_id: Id<Complaint>,
        pub day: String,
        pub way: ComplaintWay,
        pub category_id: Option<String>,
        pub category: Option<String>,
        pub owner_id: Option<UserId>,
        pub unit_id: Option<UnitId>,
        pub handler_id: Option<UserId>,
        pub handler_unit_id: Option<UnitId>,
        pub registered_at: Timestamp,
        pub acknowledged_at: Option<Timestamp>,
        pub closed_at: Option<Timestamp>,
        pub upheld: Option<bool>,
        /// Whether any of its steps that are over was not over in time.
        pub late: bool,
        pub hops: i64,
        pub cost: Money,
        /// What may be paid to the customer, once that is approved.
        pub compensation: Money,
        pub sign_off: Option<SignOffKind>,
        /// How content they are when asked again.
        pub score: Option<i64>,
        /// Whether its cause and who answers for it are known.
        pub caused: bool,
        /// Whether it is known what is done that it does not happen again.
        pub countered: bool,
    }
}

impl ComplaintFigure {
    pub(crate) fn of(one: &Complaint) -> Self {
        let said = |text: &str| !text.trim().is_empty();
        let approved = one.directive.as_ref().filter(|one| one.compensating == Compensating::Approved);
        let option = approved.and_then(|given| one.options.0.get(usize::try_from(given.option).ok()?));
        let found = one.investigation.as_ref();
        Self {
            complaint_id: one.id,
            day: one.day.clone(),
            way: one.way,
            category_id: one.category_id.clone(),
            category: one.category.clone(),
            owner_id: one.owner_id,
            unit_id: one.unit_id,
            handler_id: one.handler_id,
            handler_unit_id: one.handler_unit_id,
            registered_at: one.registered_at,
            acknowledged_at: one.acknowledged_at,
            closed_at: one.closed_at,
            upheld: one.upheld,
            late: one.runs.0.iter().any(|run| run.due_at.zip(run.left_at).is_some_and(|(due, left)| left > due)),
            hops: one.hops,
            cost: one.cost.unwrap_or(Money(0)),
            compensation: option.map_or(Money(0), |option| option.compensation),
            sign_off: one.sign_off.as_ref().map(|one| one.kind),
            score: one.revisit.as_ref().and_then(|one| one.score),
            caused: found.is_some_and(|one| said(&one.cause) && said(&one.responsible)),
            countered: one.summary.as_ref().is_some_and(|one| said(&one.countermeasures)),
        }
    }
}

text_enum! {
    /// A number of the statistics, to list what it counts.
    pub enum ComplaintCounted {
        /// Taken in.
        Received = "received",
        /// Judged founded.
        Founded = "founded",
        /// Judged not founded.
        Unfounded = "unfounded",
        /// Archived.
        Closed = "closed",
        /// Archived, each step in time.
        InTime = "in_time",
        /// Handed over too often.
        OverHops = "over_hops",
        /// Too dear.
        OverCost = "over_cost",
        /// Took or takes too long.
        OverTime = "over_time",
        /// With a compensation that was approved.
        Compensated = "compensated",
        /// With the customer's signature or recorded consent.
        Signed = "signed",
        /// They would not sign.
        Refused = "refused",
        /// They could not be reached.
        Unreachable = "unreachable",
        /// Nobody knows who they are.
        Anonymous = "anonymous",
        /// Asked again, with a score.
        Rated = "rated",
        /// Of these, content: 4 or 5.
        Satisfied = "satisfied",
        /// Its complainant was told of its number.
        Acknowledged = "acknowledged",
        /// Founded, its cause and who answers for it known.
        Caused = "caused",
        /// Archived and founded, with countermeasures.
        Countered = "countered",
    }
}

/// What complaints come to: all of them by the day they were taken in, as they stand now.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintFigures)]
pub struct Figures {
    /// Taken in.
    pub received: i64,
    /// Judged founded.
    pub founded: i64,
    /// Judged not founded.
    pub unfounded: i64,
    /// Archived.
    pub closed: i64,
    /// Archived, each step in time.
    pub in_time: i64,
    /// How long those archived took together, in milliseconds.
    pub lasted_ms: i64,
    /// Handed over more often than the limit.
    pub over_hops: i64,
    /// Dearer than the limit.
    pub over_cost: i64,
    /// Longer than the limit, or open for longer.
    pub over_time: i64,
    /// With a compensation that was approved.
    pub compensated: i64,
    /// What these come to, in minor units.
    pub compensation: i64,
    /// Signed, or consented to on record.
    pub signed: i64,
    /// Not signed: they would not.
    pub refused: i64,
    /// Not signed: they could not be reached.
    pub unreachable: i64,
    /// Not signed: nobody knows who they are.
    pub anonymous: i64,
    /// Asked again, with a score.
    pub rated: i64,
    /// Of these, 4 or 5 of 5.
    pub satisfied: i64,
    /// Told of the number.
    pub acknowledged: i64,
    /// How long that took together, in milliseconds.
    pub acknowledged_ms: i64,
    /// Founded, cause and who answers for it known.
    pub caused: i64,
    /// Archived and founded.
    pub closed_founded: i64,
    /// Of these, with countermeasures.
    pub countered: i64,
}

impl AddAssign<&Figures> for Figures {
    fn add_assign(&mut self, other: &Figures) {
        macro_rules! add {
            ($($field:ident)*) => { $(self.$field += other.$field;)* };
        }
        add!(received founded unfounded closed in_time lasted_ms over_hops over_cost over_time compensated compensation
             signed refused unreachable anonymous rated satisfied acknowledged acknowledged_ms caused closed_founded
             countered);
    }
}
