//! What is known of a customer's worth, of a night's run, and of a step of the life cycle.

use kernel::{CustomerId, Id, Noun, Permit, Result, Timestamp, UnitId, UserId};
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::{
    models::{
        bgnbd::{self, WhyNot},
        rfm::RfmCuts,
        spend,
    },
    rules::{LifecycleStage, Reason, Rules},
};

/// Weeks over which purchases and value are foretold.
pub(crate) const WEEKS: f64 = 52.0;

store::record! {
    /// What somebody is worth and where they stand, as of a night. Without their name.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
    #[schema(as = CustomerWorth)]
    pub struct Worth {
        /// Who.
        pub customer_id: CustomerId,
        /// Who looked after them.
        pub owner_id: Option<UserId>,
        /// The unit that colleague belonged to.
        pub unit_id: Option<UnitId>,
        /// As of when all this is so.
        pub at: Timestamp,
        /// The organisation's day it was then, in days from 1 January 1970.
        pub today: i64,
        /// Whether somebody said that they may become a customer.
        pub is_lead: bool,
        /// Since when they are known.
        pub since_at: Timestamp,
        /// When they were last met on a channel.
        pub contact_at: Option<Timestamp>,
        /// Orders that count: in the currency of the rules, and not cancelled or wholly given back.
        pub orders: i64,
        /// Days on which they bought.
        pub purchases: i64,
        /// The first of them, counted as `today`; 0 without any.
        pub first_day: i64,
        /// The last of them.
        pub last_day: i64,
        /// What they spent and did not get back, in minor units.
        pub total: i64,
        /// The same without the first day.
        pub after_first: i64,
        /// Days on which they bought within the last 180 days.
        pub lately: i64,
        /// And within the 180 days before.
        pub before: i64,
        /// Different services they ever bought.
        pub services: i64,
        /// How recently they bought, in fifths: 1 to 5; 0 for who never did.
        pub recency: i64,
        /// How often, as above.
        pub frequency: i64,
        /// For how much, as above.
        pub monetary: i64,
        /// The probability that they still buy, in ten-thousandths; none where the model cannot tell.
        pub alive: Option<i64>,
        /// Purchases within a year, in thousandths.
        pub expected: Option<i64>,
        /// What one of them is worth, in minor units.
        pub spend: Option<i64>,
        /// What all of them are worth, in minor units.
        pub value: Option<i64>,
        /// Their place in the list: the value, and below it what was spent.
        #[serde(skip)]
        pub place: i64,
        /// Where they stand.
        pub stage: LifecycleStage,
        /// Since when.
        pub stage_at: Timestamp,
        /// By which version of the rules.
        pub rules_version: i64,
    }
}

impl Noun for Run {
    const PREFIX: &'static str = "wrn";
}

text_enum! {
    /// How far a run has come.
    pub enum WorthRunState {
        /// It is under way.
        Running = "running",
        /// It is over, and its results stand.
        Done = "done",
    }
}

/// What the models came to, or why not.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = WorthFindings)]
pub struct Findings {
    /// The currency whose orders count.
    pub currency: String,
    /// Everybody there is.
    pub customers: i64,
    /// Who bought.
    pub buyers: i64,
    /// Orders in other currencies, which were left out.
    pub foreign_orders: i64,
    /// Buyers in the sample that cuts and models come from: all of them, up to 50,000.
    pub sample: i64,
    /// Where the fifths of RFM end.
    pub cuts: Option<RfmCuts>,
    /// How people buy.
    pub purchases: Option<bgnbd::Fit>,
    /// Why that is not known.
    pub no_purchases: Option<WhyNot>,
    /// How much they spend, money in minor units.
    pub spending: Option<spend::Fit>,
    /// Why that is not known.
    pub no_spending: Option<WhyNot>,
    /// The correlation that stood in the way.
    pub correlation: Option<f64>,
    /// Services that at least one customer bought of those five or more did.
    pub services: i64,
    /// Who moved from stage to stage.
    pub moved: i64,
}

store::kept_as_json!(Findings);

store::record! {
    /// A night's run.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = WorthRun)]
    pub struct Run {
        /// Its id.
        pub id: Id<Run>,
        /// How far it has come.
        pub state: WorthRunState,
        /// When it began; its results are as of then.
        pub began_at: Timestamp,
        /// When it ended.
        pub ended_at: Option<Timestamp>,
        /// What it found.
        pub findings: Findings,
    }
}

store::record! {
    /// The rules as they are kept.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
    #[schema(as = KeptLifecycleRules)]
    pub struct Kept {
        /// The one row's.
        #[serde(skip)]
        pub id: String,
        /// The rules.
        pub rules: Rules,
        /// Who set them.
        #[serde(skip)]
        pub changed_by: Option<UserId>,
        /// Their name.
        pub changed_by_name: Option<String>,
        /// When.
        pub changed_at: Timestamp,
        /// Rises with each change; 0 while they are the first ones.
        pub version: i64,
    }
}

impl Kept {
    /// The id of the one row.
    pub(crate) const ID: &'static str = "rules";

    pub(crate) fn first(now: Timestamp) -> Self {
        Self {
            id: Self::ID.into(),
            rules: Rules::default(),
            changed_by: None,
            changed_by_name: None,
            changed_at: now,
            version: 0,
        }
    }

    /// Other rules from now on.
    pub(crate) fn changed(self, permit: &Permit, by: (UserId, String), version: i64, rules: Rules) -> Result<Self> {
        if self.version != version {
            return Err(crate::codes::STALE.conflict());
        }
        rules.checked()?;
        let (changed_by, changed_by_name) = (Some(by.0), Some(by.1));
        Ok(Self { rules, changed_by, changed_by_name, changed_at: permit.at(), version: version + 1, ..self })
    }
}

impl Noun for LifecycleStep {
    const PREFIX: &'static str = "lcs";
}

store::record! {
    /// Somebody came from one stage into another.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
    pub struct LifecycleStep {
        /// Its id.
        pub id: Id<LifecycleStep>,
        /// Who.
        pub customer_id: CustomerId,
        /// Who looked after them.
        #[serde(skip)]
        pub owner_id: Option<UserId>,
        /// The unit that colleague belonged to.
        #[serde(skip)]
        pub unit_id: Option<UnitId>,
        /// Where they came to.
        pub stage: LifecycleStage,
        /// From where.
        pub before: LifecycleStage,
        /// What was so then.
        pub reason: Reason,
        /// The task that followed.
        pub task_id: Option<String>,
        /// When.
        pub at: Timestamp,
    }
}

store::record! {
    /// How a service is bought, counted over five customers or more.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
    pub struct ServiceHabit {
        /// Its code, or what it is called where it has none.
        pub service: String,
        /// What it is called.
        pub label: String,
        /// Customers who bought it.
        pub buyers: i64,
        /// Customers who bought it again.
        pub again: i64,
        /// The middle of the days until they did.
        pub days: Option<i64>,
        /// As of when.
        pub at: Timestamp,
    }
}

store::record! {
    /// Who bought one service bought another, counted over five customers or more.
    #[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
    pub struct ServiceRule {
        /// The one.
        pub one: String,
        /// The other.
        pub other: String,
        /// Customers who bought both.
        pub together: i64,
        /// Customers who bought the one.
        pub one_buyers: i64,
        /// Customers who bought the other.
        pub other_buyers: i64,
        /// All who bought anything.
        pub buyers: i64,
    }
}
