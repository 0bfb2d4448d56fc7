//! What complaints of each root cause cost (R022), and how many customers were won back (R087).

use jiff::ToSpan;
use kernel::{Error, Money, Result, UnitId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{ImprovementRules, RecoveryVerdict},
    policy, queries,
    queries::outcomes::{self, Counting, Sum},
};

/// Days one asks for at most.
const MOST_DAYS: i32 = 800;

/// What complaints cost: everything in minor units of one currency.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintCost)]
pub(crate) struct Cost {
    /// How many.
    pub complaints: i64,
    /// Of these, those of which nobody wrote down the minutes: they are reckoned from what colleagues did.
    pub reckoned: i64,
    /// How many minutes were needed.
    pub minutes: i64,
    /// What these cost.
    pub handling: Money,
    /// What was paid to customers, as it was approved.
    pub compensation: Money,
    /// How many points they were given.
    pub points: i64,
    /// What these cost.
    pub points_cost: Money,
    /// What was lost in business.
    pub lost: Money,
    /// All of it.
    pub total: Money,
}

impl Cost {
    pub(crate) fn of(sum: &Sum, rules: &ImprovementRules) -> Self {
        let (handling, points_cost) = (rules.handling(sum.minutes), rules.points(sum.points));
        Self {
            complaints: sum.complaints,
            reckoned: sum.reckoned,
            minutes: sum.minutes,
            handling,
            compensation: sum.compensation,
            points: sum.points,
            points_cost,
            lost: sum.lost,
            total: Money(handling.0 + sum.compensation.0 + points_cost.0 + sum.lost.0),
        }
    }

    fn add(&mut self, other: &Self) {
        self.complaints += other.complaints;
        self.reckoned += other.reckoned;
        self.minutes += other.minutes;
        self.handling.0 += other.handling.0;
        self.compensation.0 += other.compensation.0;
        self.points += other.points;
        self.points_cost.0 += other.points_cost.0;
        self.lost.0 += other.lost.0;
        self.total.0 += other.total.0;
    }
}

/// What the complaints of one root cause cost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintCostLine)]
pub(crate) struct CostLine {
    /// Which; empty for those that were not analysed.
    pub cause_id: String,
    /// How it is called, with the group above it; empty for those that were not analysed.
    pub cause: String,
    #[serde(flatten)]
    pub cost: Cost,
}

/// What complaints of some days cost, by root cause.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintCosts)]
pub(crate) struct Costs {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// Of which currency amounts are, ISO 4217.
    pub currency: String,
    /// What an hour of handling costs.
    pub hour_rate: Money,
    /// Minutes one act is reckoned with, where nobody wrote down how long it took.
    pub act_minutes: i64,
    /// What 100 points cost.
    pub points_rate: Money,
    /// All together.
    pub total: Cost,
    /// By root cause, the dearest first.
    pub lines: Vec<CostLine>,
}

/// Whether the customers of closed complaints were won back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintRecovery)]
pub(crate) struct Recovery {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// How many were closed on these days.
    pub closed: i64,
    /// Won back: these say so, 4 or 5 of 5.
    pub satisfied: i64,
    /// Won back: these bought again within 90 days, without saying so.
    pub bought: i64,
    /// Won back, both.
    pub recovered: i64,
    /// Not won back, and the 90 days are over.
    pub lost: i64,
    /// Neither yet: the 90 days run. In the rate they do not count.
    pub undecided: i64,
    /// Nobody knows who they are; counted apart.
    pub anonymous: i64,
    /// They could not be reached; counted apart.
    pub unreachable: i64,
}

/// Reads what complaints cost.
pub(crate) fn costs(tx: &mut Tx<'_>, which: &Counting) -> Result<Costs> {
    let (rules, causes) = (queries::rules(tx)?, queries::causes(tx)?);
    let mut total = Cost::default();
    let mut lines = Vec::new();
    for outcomes::CauseSum { cause_id, sum } in outcomes::costs(tx, which, &rules)? {
        let cost = Cost::of(&sum, &rules);
        total.add(&cost);
        let cause_id = cause_id.unwrap_or_default();
        // What was used is never lost, whatever became of its tree.
        let cause = causes.name(&cause_id).unwrap_or_default();
        lines.push(CostLine { cause_id, cause, cost });
    }
    lines.sort_by(|a, b| b.cost.total.0.cmp(&a.cost.total.0).then_with(|| a.cause_id.cmp(&b.cause_id)));
    Ok(Costs {
        from: which.from.clone(),
        to: which.to.clone(),
        currency: complaints::api::currency(tx)?,
        hour_rate: rules.hour_rate,
        act_minutes: rules.act_minutes,
        points_rate: rules.points_rate,
        total,
        lines,
    })
}

/// Reads whether customers were won back.
pub(crate) fn recovery(tx: &mut Tx<'_>, which: &Counting) -> Result<Recovery> {
    let counts = outcomes::verdicts(tx, which)?;
    let count = |verdict: RecoveryVerdict| counts.iter().find(|(one, _)| *one == verdict).map_or(0, |(_, n)| *n);
    let (satisfied, bought) = (count(RecoveryVerdict::Satisfied), count(RecoveryVerdict::Bought));
    Ok(Recovery {
        from: which.from.clone(),
        to: which.to.clone(),
        closed: counts.iter().map(|(_, n)| n).sum(),
        satisfied,
        bought,
        recovered: satisfied + bought,
        lost: count(RecoveryVerdict::Lost),
        undecided: count(RecoveryVerdict::Undecided),
        anonymous: count(RecoveryVerdict::Anonymous),
        unreachable: count(RecoveryVerdict::Unreachable),
    })
}

/// Which complaints are asked for: of the actor's reach, the month so far unless told.
pub(crate) fn counting(
    tx: &mut Tx<'_>,
    (from, to): (Option<&str>, Option<&str>),
    unit: Option<UnitId>,
) -> Result<Counting> {
    let scope = policy::may_read(tx.actor())?;
    let now = tx.now();
    let to = match to {
        Some(to) => settings::api::parse_day("to", to)?,
        None => settings::api::day_of(tx, now)?,
    };
    let from = match from {
        Some(from) => settings::api::parse_day("from", from)?,
        None => to.first_of_month(),
    };
    if from > to || from.saturating_add(i64::from(MOST_DAYS).days()) <= to {
        return Err(Error::field("from", "out_of_range"));
    }
    let units = match unit {
        Some(unit) => Some(people::api::subtree(tx, unit)?),
        None => None,
    };
    Ok(Counting { from: from.to_string(), to: to.to_string(), scope, units })
}
