//! Rules over what is known of a customer: conditions, stages of the life cycle, what follows from a step.

use kernel::{Check, Id, Result};
use profiles::CustomerTag;
use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

use crate::model::Worth;

/// Conditions of one rule at most.
const MOST_CONDITIONS: usize = 8;
/// Stage rules at most.
const MOST_RULES: usize = 30;
const DAY: i64 = 86_400_000;

text_enum! {
    /// Where somebody stands.
    pub enum LifecycleStage {
        /// They have not bought anything.
        Lead = "lead",
        /// They bought for the first time a short while ago.
        New = "new",
        /// They buy more than before.
        Growing = "growing",
        /// They buy.
        Mature = "mature",
        /// They buy less, or are about to stay away.
        Declining = "declining",
        /// They stay away.
        Lost = "lost",
    }
}

impl LifecycleStage {
    /// All of them, in the order of a life.
    pub const ALL: [Self; 6] = [Self::Lead, Self::New, Self::Growing, Self::Mature, Self::Declining, Self::Lost];
}

text_enum! {
    /// What a condition is about.
    pub enum WorthField {
        /// Days on which they bought.
        Purchases = "purchases",
        /// Days since they last bought; of who never did no condition holds.
        DaysSinceOrder = "days_since_order",
        /// Days since they first bought; as above.
        DaysSinceFirst = "days_since_first",
        /// Days since they were last met on a channel, or since they are known when they never were.
        DaysSinceContact = "days_since_contact",
        /// The probability that they still buy, in percent; where the model cannot tell no condition holds.
        Alive = "alive",
        /// Purchases of the last 180 days less those of the 180 days before.
        Growth = "growth",
        /// What they spent, in minor units.
        Total = "total",
        /// What they are worth in the next year, in minor units; as `alive`.
        Value = "value",
        /// How recently they bought, 1 to 5; 0 for who never did.
        Recency = "recency",
        /// How often, 1 to 5.
        Frequency = "frequency",
        /// For how much, 1 to 5.
        Monetary = "monetary",
    }
}

text_enum! {
    /// How a value is compared.
    pub enum WorthCompare {
        /// As much or more.
        AtLeast = "at_least",
        /// As much or less.
        AtMost = "at_most",
    }
}

/// One thing that must be so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = WorthCondition)]
pub struct Condition {
    /// What of.
    pub field: WorthField,
    /// How it is compared.
    pub compare: WorthCompare,
    /// With what.
    pub value: i64,
}

/// A condition and what was so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = WorthEvidence)]
pub struct Evidence {
    /// What of.
    pub field: WorthField,
    /// How it was compared.
    pub compare: WorthCompare,
    /// With what.
    pub value: i64,
    /// What it was.
    pub actual: i64,
}

/// Several conditions.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
#[schema(as = WorthConditions)]
pub struct Conditions(pub Vec<Condition>);

/// What was so when somebody moved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = LifecycleReason)]
pub struct Reason {
    /// Every condition of the rule that held.
    pub evidence: Vec<Evidence>,
    /// Whether the rules changed, and not the customer.
    pub rules_changed: bool,
}

/// Who is in a stage: everybody for whom all conditions hold and no rule before did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LifecycleStageRule)]
pub(crate) struct StageRule {
    /// The stage.
    pub stage: LifecycleStage,
    /// Up to 8; without any it is everybody who is left.
    pub conditions: Vec<Condition>,
}

/// What follows, once, when somebody comes into a stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LifecyclePlaybook)]
pub(crate) struct Playbook {
    /// Which stage.
    pub stage: LifecycleStage,
    /// What whoever looks after the customer is to do: up to 120 characters; without any there must be a tag.
    pub task: String,
    /// Within how many days: 1 to 90.
    pub due_days: i64,
    /// The tag the customer gets; it stays when they move on.
    #[serde(default)]
    pub tag_id: Option<Id<CustomerTag>>,
}

/// The rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = LifecycleRules)]
pub(crate) struct Rules {
    /// The currency whose orders count, ISO 4217.
    pub currency: String,
    /// In the order in which they are asked; the first that holds decides. Who is left is a lead.
    pub stages: Vec<StageRule>,
    /// At most one a stage.
    pub playbooks: Vec<Playbook>,
}

store::kept_as_json!(Conditions, Reason, Rules);

impl Default for Rules {
    fn default() -> Self {
        use WorthCompare::{AtLeast, AtMost};
        use WorthField::{Alive, DaysSinceContact, DaysSinceFirst, DaysSinceOrder, Growth, Purchases};
        let rule = |stage, conditions: &[(WorthField, WorthCompare, i64)]| StageRule {
            stage,
            conditions: conditions.iter().map(|&(field, compare, value)| Condition { field, compare, value }).collect(),
        };
        Self {
            currency: "CNY".into(),
            stages: vec![
                rule(LifecycleStage::Lost, &[(DaysSinceOrder, AtLeast, 365), (DaysSinceContact, AtLeast, 90)]),
                rule(LifecycleStage::Lost, &[(Alive, AtMost, 15)]),
                rule(LifecycleStage::Declining, &[(Alive, AtMost, 50)]),
                rule(LifecycleStage::Declining, &[(DaysSinceOrder, AtLeast, 240)]),
                rule(LifecycleStage::New, &[(DaysSinceFirst, AtMost, 90)]),
                rule(LifecycleStage::Growing, &[(Purchases, AtLeast, 2), (Growth, AtLeast, 1)]),
                rule(LifecycleStage::Mature, &[(Purchases, AtLeast, 1)]),
                rule(LifecycleStage::Lead, &[]),
            ],
            playbooks: Vec::new(),
        }
    }
}

impl Condition {
    fn evidence(&self, worth: &Worth) -> Option<Evidence> {
        let actual = self.field.of(worth)?;
        let holds = match self.compare {
            WorthCompare::AtLeast => actual >= self.value,
            WorthCompare::AtMost => actual <= self.value,
        };
        holds.then_some(Evidence { field: self.field, compare: self.compare, value: self.value, actual })
    }
}

impl WorthField {
    /// What it is of this customer; none when that is not known.
    fn of(self, worth: &Worth) -> Option<i64> {
        let bought = worth.purchases > 0;
        let days = |at: kernel::Timestamp| worth.at.since(at).max(0) / DAY;
        match self {
            Self::Purchases => Some(worth.purchases),
            Self::DaysSinceOrder => bought.then(|| worth.today - worth.last_day),
            Self::DaysSinceFirst => bought.then(|| worth.today - worth.first_day),
            Self::DaysSinceContact => Some(days(worth.contact_at.unwrap_or(worth.since_at))),
            // Ten-thousandths, rounded.
            Self::Alive => worth.alive.map(|alive| (alive + 50) / 100),
            Self::Growth => Some(worth.lately - worth.before),
            Self::Total => Some(worth.total),
            Self::Value => worth.value,
            Self::Recency => Some(worth.recency),
            Self::Frequency => Some(worth.frequency),
            Self::Monetary => Some(worth.monetary),
        }
    }
}

/// What was so, when all of these hold.
pub(crate) fn all_hold(conditions: &[Condition], worth: &Worth) -> Option<Vec<Evidence>> {
    conditions.iter().map(|condition| condition.evidence(worth)).collect()
}

impl Rules {
    /// Where somebody stands, and why.
    pub(crate) fn stage(&self, worth: &Worth) -> (LifecycleStage, Vec<Evidence>) {
        let rules = self.stages.iter();
        let first = rules.filter_map(|rule| Some((rule.stage, all_hold(&rule.conditions, worth)?))).next();
        first.unwrap_or((LifecycleStage::Lead, Vec::new()))
    }

    /// What follows from coming into a stage.
    pub(crate) fn playbook(&self, stage: LifecycleStage) -> Option<&Playbook> {
        self.playbooks.iter().find(|playbook| playbook.stage == stage)
    }

    /// Whether these can be rules.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] naming every field that cannot.
    pub(crate) fn checked(&self) -> Result<()> {
        let Self { currency, stages, playbooks } = self;
        let twice =
            playbooks.iter().enumerate().any(|(at, one)| playbooks[..at].iter().any(|two| two.stage == one.stage));
        let fits = |one: &Playbook| {
            let task = one.task.trim();
            (usize::from(one.tag_id.is_none())..=120).contains(&task.chars().count())
                && !task.contains(char::is_control)
                && (1..=90).contains(&one.due_days)
        };
        Check::new()
            .that(currency.len() == 3 && currency.bytes().all(|c| c.is_ascii_uppercase()), "currency", "malformed")
            .that((1..=MOST_RULES).contains(&stages.len()), "stages", "out_of_range")
            .that(stages.iter().all(|rule| rule.conditions.len() <= MOST_CONDITIONS), "stages", "too_many")
            .that(!twice, "playbooks", "twice")
            .that(playbooks.iter().all(fits), "playbooks", "malformed")
            .done()
    }
}

/// Whether these can choose whom to win back.
///
/// # Errors
/// [`kernel::Error::Invalid`] for none, or more than 8.
pub(crate) fn check_conditions(conditions: &[Condition]) -> Result<()> {
    Check::new().that((1..=MOST_CONDITIONS).contains(&conditions.len()), "conditions", "out_of_range").done()
}
