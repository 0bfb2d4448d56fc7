//! What a customer may need next, with what speaks for it: their own orders, and counts over five customers or more.

use std::collections::{HashMap, HashSet};

use kernel::Id;
use orders::Order;
use serde::Serialize;
use utoipa::ToSchema;

use crate::model::{ServiceHabit, ServiceRule};

/// Suggestions at most.
const MOST: usize = 5;
/// Orders that are named for one.
const MOST_ORDERS: usize = 6;
/// So often within a year, and somebody has a need of it.
const NEED: usize = 3;

/// Why something is suggested.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum NextReason {
    /// It is time to have it again.
    DueAgain,
    /// They had it three times or more within a year.
    Need,
    /// Others who had what they have had it too.
    GoesWith,
}

/// What a customer may need next.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct NextService {
    /// Its code, or what it is called where it has none.
    pub service: String,
    /// What it is called.
    pub label: String,
    /// Why.
    pub reason: NextReason,
    /// Their own orders that speak for it, the newest first.
    pub orders: Vec<Id<Order>>,
    /// Days since they last had it; none when they never did.
    pub days_since: Option<i64>,
    /// After how many days one has it again: their own middle where they had it three times, else everybody's.
    pub due_days: Option<i64>,
    /// Whether that is their own.
    pub own_pace: bool,
    /// How often they had it within a year.
    pub times: i64,
    /// What they have, that it goes with.
    pub with: Option<String>,
    /// What that is called.
    pub with_label: Option<String>,
    /// Customers who have both.
    pub both: Option<i64>,
    /// Customers who have the first.
    pub have: Option<i64>,
    /// All customers who bought anything.
    pub buyers: Option<i64>,
    /// `both` of `buyers`.
    pub support: Option<f64>,
    /// `both` of `have`.
    pub confidence: Option<f64>,
    /// How many times as often as among all.
    pub lift: Option<f64>,
}

/// What somebody had of one service.
struct Had<'o> {
    label: &'o str,
    /// Days, in order, each once.
    days: Vec<i64>,
    orders: Vec<Id<Order>>,
}

/// What somebody with these orders, oldest first with their days, may need next, what is most overdue first.
pub(crate) fn next(
    orders: &[(i64, &Order)],
    today: i64,
    habits: &[ServiceHabit],
    rules: &[ServiceRule],
) -> Vec<NextService> {
    let mut had: HashMap<&str, Had<'_>> = HashMap::new();
    for (day, order) in orders {
        for line in &order.lines.0 {
            let one =
                had.entry(line.service()).or_insert(Had { label: &line.what, days: Vec::new(), orders: Vec::new() });
            one.label = &line.what;
            if one.days.last() != Some(day) {
                one.days.push(*day);
            }
            if one.orders.last() != Some(&order.id) {
                one.orders.push(order.id);
            }
        }
    }
    let habits: HashMap<&str, &ServiceHabit> = habits.iter().map(|habit| (habit.service.as_str(), habit)).collect();
    let mut again: Vec<(f64, NextService)> = Vec::new();
    for (service, one) in &had {
        let last = one.days.last().copied().unwrap_or(today);
        let since = (today - last).max(0);
        let own = (one.days.len() >= 3).then(|| middle(&one.days));
        let due = own.or_else(|| habits.get(service)?.days).filter(|days| *days > 0);
        let times = one.days.iter().filter(|day| today - **day < 365).count();
        let share = due.map(|days| since as f64 / days as f64);
        let reason = match share {
            // Long past it, they have it elsewhere or not at all.
            Some(share) if (0.85..=3.0).contains(&share) => NextReason::DueAgain,
            _ if times >= NEED => NextReason::Need,
            _ => continue,
        };
        let suggestion = NextService {
            orders: one.orders.iter().rev().take(MOST_ORDERS).copied().collect(),
            days_since: Some(since),
            due_days: due,
            own_pace: own.is_some(),
            times: times as i64,
            ..bare(service, one.label, reason)
        };
        let weight = if reason == NextReason::DueAgain { 10.0 + share.unwrap_or(0.0) } else { 5.0 };
        again.push((weight, suggestion));
    }
    let mut seen = HashSet::new();
    let with =
        rules.iter().filter(|rule| had.contains_key(rule.one.as_str()) && !had.contains_key(rule.other.as_str()));
    let mut with: Vec<&ServiceRule> = with.collect();
    with.sort_by(|a, b| {
        confidence(b).total_cmp(&confidence(a)).then_with(|| (&a.one, &a.other).cmp(&(&b.one, &b.other)))
    });
    for rule in with.into_iter().filter(|rule| seen.insert(rule.other.as_str())) {
        let one = &had[rule.one.as_str()];
        let label = habits.get(rule.other.as_str()).map_or(rule.other.as_str(), |habit| habit.label.as_str());
        let suggestion = NextService {
            orders: one.orders.iter().rev().take(MOST_ORDERS).copied().collect(),
            with: Some(rule.one.clone()),
            with_label: Some(one.label.to_owned()),
            both: Some(rule.together),
            have: Some(rule.one_buyers),
            buyers: Some(rule.buyers),
            support: Some(rule.together as f64 / rule.buyers as f64),
            confidence: Some(confidence(rule)),
            lift: Some(confidence(rule) * rule.buyers as f64 / rule.other_buyers as f64),
            ..bare(&rule.other, label, NextReason::GoesWith)
        };
        again.push((confidence(rule), suggestion));
    }
    again.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| a.1.service.cmp(&b.1.service)));
    again.into_iter().take(MOST).map(|(_, suggestion)| suggestion).collect()
}

fn bare(service: &str, label: &str, reason: NextReason) -> NextService {
    NextService {
        service: service.to_owned(),
        label: label.to_owned(),
        reason,
        orders: Vec::new(),
        days_since: None,
        due_days: None,
        own_pace: false,
        times: 0,
        with: None,
        with_label: None,
        both: None,
        have: None,
        buyers: None,
        support: None,
        confidence: None,
        lift: None,
    }
}

fn confidence(rule: &ServiceRule) -> f64 {
    rule.together as f64 / rule.one_buyers as f64
}

/// The middle of the gaps between these days.
fn middle(days: &[i64]) -> i64 {
    let mut gaps: Vec<i64> = days.windows(2).map(|pair| pair[1] - pair[0]).collect();
    gaps.sort_unstable();
    gaps.get((gaps.len() - 1) / 2).copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use kernel::{Money, Rng, Timestamp};
    use orders::{Lines, OrderLine, OrderState};

    use super::*;

    fn order(number: u64, services: &[&str]) -> Order {
        let at = Timestamp::from_millis(1);
        let line = |service: &&str| OrderLine {
            code: Some((*service).into()),
            what: format!("the {service}"),
            quantity: 1,
            amount: Money(1),
        };
        Order {
            id: Id::new(at, &Rng::seeded(number)),
            source: "s".into(),
            number: number.to_string(),
            customer_id: Id::new(at, &Rng::seeded(99)),
            state: OrderState::Completed,
            currency: "CNY".into(),
            total: Money(1),
            refunded: Money(0),
            placed_at: at,
            lines: Lines(services.iter().map(line).collect()),
            as_of: at,
            taken_by: None,
            taken_at: at,
            version: 1,
        }
    }

    fn habit(service: &str, days: Option<i64>) -> ServiceHabit {
        let (label, at) = (format!("the {service}"), Timestamp::from_millis(1));
        ServiceHabit { service: service.into(), label, buyers: 50, again: 20, days, at }
    }

    #[test]
    fn h54_what_is_due_and_what_goes_with_it_is_said_with_what_speaks_for_it() {
        let (first, second) = (order(1, &["purifier"]), order(2, &["filter"]));
        let rule = ServiceRule {
            one: "purifier".into(),
            other: "care".into(),
            together: 20,
            one_buyers: 40,
            other_buyers: 25,
            buyers: 100,
        };
        let habits = [habit("filter", Some(100)), habit("care", None)];
        let found = next(&[(0, &first), (30, &second)], 140, &habits, std::slice::from_ref(&rule));
        assert_eq!(found.len(), 2);
        let (due, with) = (&found[0], &found[1]);
        assert_eq!((due.service.as_str(), due.reason), ("filter", NextReason::DueAgain));
        assert_eq!(
            (due.days_since, due.due_days, due.own_pace, &due.orders),
            (Some(110), Some(100), false, &vec![second.id])
        );
        assert_eq!(
            (with.label.as_str(), with.reason, &with.orders),
            ("the care", NextReason::GoesWith, &vec![first.id])
        );
        assert_eq!(
            (with.both, with.have, with.support, with.confidence, with.lift),
            (Some(20), Some(40), Some(0.2), Some(0.5), Some(2.0))
        );
        // Who has it already is not told that it goes with what they have; who is long past it, not that it is due.
        let third = order(3, &["care"]);
        assert!(next(&[(0, &first), (0, &third)], 400, &habits, &[rule]).is_empty());
    }

    #[test]
    fn r025_three_visits_for_brakes_are_a_need_of_brakes() {
        let visits = [order(1, &["brakes"]), order(2, &["brakes"]), order(3, &["brakes", "oil"])];
        let dated: Vec<_> = [10, 90, 190].into_iter().zip(&visits).collect();
        let found = next(&dated, 200, &[], &[]);
        assert_eq!((found.len(), found[0].service.as_str(), found[0].reason), (1, "brakes", NextReason::Need));
        assert_eq!(found[0].orders, [visits[2].id, visits[1].id, visits[0].id]);
        // At their own pace, not at everybody's.
        let found = next(&dated, 280, &[habit("brakes", Some(700))], &[]);
        assert_eq!((found[0].reason, found[0].due_days, found[0].own_pace), (NextReason::DueAgain, Some(80), true));
    }
}
