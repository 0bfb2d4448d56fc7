//! What somebody's orders say of them, before any model.

use std::collections::{BTreeMap, HashMap};

use jiff::tz::TimeZone;
use kernel::Timestamp;
use orders::Order;

use crate::models::{bgnbd::History, spend::Spending};

/// Days of what counts as lately.
pub(crate) const LATELY: i64 = 180;

/// A day of the organisation, counted from 1 January 1970.
pub(crate) fn day_of(at: Timestamp, zone: &TimeZone) -> i64 {
    let seconds = at.millis().div_euclid(1_000);
    let offset = jiff::Timestamp::from_second(seconds).map_or(0, |moment| zone.to_offset(moment).seconds());
    (seconds + i64::from(offset)).div_euclid(86_400)
}

/// What somebody bought in one currency: cancelled and wholly refunded orders left out, what was bought on one day one
/// purchase.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Measure {
    /// Orders that count.
    pub orders: i64,
    /// Orders in another currency, which do not.
    pub foreign: i64,
    /// Days on which they bought.
    pub purchases: i64,
    /// The first and the last of them.
    pub first_day: i64,
    pub last_day: i64,
    /// What they spent and did not get back, in minor units.
    pub total: i64,
    /// The same without the first day.
    pub after_first: i64,
    /// Days on which they bought within the last [`LATELY`] days, and within as many before.
    pub lately: i64,
    pub before: i64,
    /// Different services.
    pub services: i64,
}

impl Measure {
    /// Of these orders, as of `today`; what is ordered for later counts today.
    pub(crate) fn of(orders: &[Order], currency: &str, today: i64, zone: &TimeZone) -> Self {
        let mut days: BTreeMap<i64, i64> = BTreeMap::new();
        let (mut count, mut foreign) = (0, 0);
        for order in orders.iter().filter(|order| order.counts()) {
            if order.currency == currency {
                count += 1;
                *days.entry(day_of(order.placed_at, zone).min(today)).or_default() += order.kept();
            } else {
                foreign += 1;
            }
        }
        let services = services(orders, currency, today, zone).len() as i64;
        Self { orders: count, foreign, services, ..Self::of_days(&days, today) }
    }

    /// Of what was spent on each day.
    pub(crate) fn of_days(days: &BTreeMap<i64, i64>, today: i64) -> Self {
        let (Some((first_day, first)), Some((last_day, _))) = (days.first_key_value(), days.last_key_value()) else {
            return Self::default();
        };
        let total: i64 = days.values().sum();
        let within =
            |from: i64, to: i64| days.keys().filter(|day| (from..to).contains(&(today - **day))).count() as i64;
        Self {
            purchases: days.len() as i64,
            first_day: *first_day,
            last_day: *last_day,
            total,
            after_first: total - first,
            lately: within(0, LATELY),
            before: within(LATELY, 2 * LATELY),
            ..Self::default()
        }
    }

    /// What the model of purchases knows of them; none of who never bought.
    pub(crate) fn history(&self, today: i64) -> Option<History> {
        (self.purchases > 0).then(|| History {
            repeats: u32::try_from(self.purchases - 1).unwrap_or(u32::MAX),
            last: (self.last_day - self.first_day) as f64 / 7.0,
            age: (today - self.first_day) as f64 / 7.0,
        })
    }

    /// What the model of spending knows of them; none of who never came back.
    pub(crate) fn spending(&self) -> Option<Spending> {
        (self.purchases > 1).then(|| Spending {
            repeats: u32::try_from(self.purchases - 1).unwrap_or(u32::MAX),
            mean: self.after_first as f64 / (self.purchases - 1) as f64,
        })
    }
}

/// The services somebody bought, each with its days in order.
pub(crate) fn services<'o>(
    orders: &'o [Order],
    currency: &str,
    today: i64,
    zone: &TimeZone,
) -> HashMap<&'o str, Vec<i64>> {
    let mut bought: HashMap<&str, Vec<i64>> = HashMap::new();
    for order in orders.iter().filter(|order| order.counts() && order.currency == currency) {
        let day = day_of(order.placed_at, zone).min(today);
        for line in &order.lines.0 {
            bought.entry(line.service()).or_default().push(day);
        }
    }
    for days in bought.values_mut() {
        days.sort_unstable();
        days.dedup();
    }
    bought
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::models::{bgnbd, spend};

    #[test]
    fn r025_one_day_is_one_purchase_and_the_first_is_where_somebody_begins() {
        let days = BTreeMap::from([(100, 50), (130, 30), (400, 10)]);
        let measure = Measure::of_days(&days, 500);
        assert_eq!((measure.purchases, measure.total, measure.after_first), (3, 90, 40));
        assert_eq!((measure.lately, measure.before), (1, 0));
        assert_eq!(measure.history(500), Some(History { repeats: 2, last: 300.0 / 7.0, age: 400.0 / 7.0 }));
        assert_eq!(measure.spending(), Some(Spending { repeats: 2, mean: 20.0 }));
        assert_eq!(Measure::of_days(&BTreeMap::new(), 500).history(500), None);
    }

    #[test]
    fn a_day_is_the_organisations() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let midnight = Timestamp::from_millis(-8 * 3_600_000);
        assert_eq!((day_of(midnight, &zone), day_of(midnight.plus_millis(-1), &zone)), (0, -1));
        assert_eq!(day_of(midnight, &TimeZone::UTC), -1);
    }

    /// The transactions of CDNOW's sample up to 30 September 1997, in cents, by customer and day.
    fn cdnow(file: &Path) -> (Vec<BTreeMap<i64, i64>>, i64) {
        let day = |text: &str| {
            let part = |range: std::ops::Range<usize>| text[range].parse::<i16>().unwrap();
            let date = jiff::civil::date(part(0..4), part(4..6) as i8, part(6..8) as i8);
            i64::from((date - jiff::civil::date(1970, 1, 1)).get_days())
        };
        let end = day("19970930");
        let mut people: BTreeMap<String, BTreeMap<i64, i64>> = BTreeMap::new();
        for line in std::fs::read_to_string(file).unwrap().lines() {
            let [_, id, date, _, spent] = line.split_whitespace().collect::<Vec<_>>()[..] else { continue };
            let cents = (spent.parse::<f64>().unwrap() * 100.0).round() as i64;
            if day(date) <= end {
                *people.entry(id.to_owned()).or_default().entry(day(date)).or_default() += cents;
            }
        }
        (people.into_values().collect(), end)
    }

    #[test]
    fn r025_the_published_parameters_are_found_in_the_published_data() {
        let Some(folder) = testkit::shared("data/cdnow/lifetimes/datasets") else { return };
        let (people, end) = cdnow(&folder.join("CDNOW_sample.txt"));
        let measures: Vec<_> = people.iter().map(|days| Measure::of_days(days, end)).collect();
        let histories: Vec<_> = measures.iter().filter_map(|one| one.history(end)).collect();
        assert_eq!(histories.len(), 2_357);

        // What others made of the same transactions, customer by customer.
        let summary = std::fs::read_to_string(folder.join("cdnow_customers_summary_with_transactions.csv")).unwrap();
        for (line, measure) in summary.lines().skip(1).zip(&measures) {
            let told: Vec<f64> = line.split(',').map(|cell| cell.parse().unwrap()).collect();
            let history = measure.history(end).unwrap();
            assert_eq!(f64::from(history.repeats), told[1], "{line}");
            assert!((history.last - told[2]).abs() < 0.006 && (history.age - told[3]).abs() < 0.006, "{line}");
            let mean = measure.spending().map_or(0.0, |spending| spending.mean / 100.0);
            assert!((mean - told[4]).abs() < 0.006, "{line}");
        }

        // Fader, Hardie and Lee 2005, table 2: r 0.243, α 4.414, a 0.793, b 2.426, ln L −9582.4.
        let fit = bgnbd::fit(&histories).unwrap();
        let bgnbd::Model { r, alpha, a, b } = fit.model;
        let close = |found: f64, published: f64| (found / published - 1.0).abs() < 5e-3;
        assert!(close(r, 0.243) && close(alpha, 4.414) && close(a, 0.793) && close(b, 2.426), "{fit:?}");
        assert!((fit.log_likelihood + 9_582.4).abs() < 0.1, "{fit:?}");
        assert!((fit.expected_repeats / fit.repeats as f64 - 1.0).abs() < 0.03, "{fit:?}");

        // Fader and Hardie 2013: p 6.25, q 3.74, v 15.45 (dollars).
        let spendings: Vec<_> = measures.iter().filter_map(Measure::spending).collect();
        let spent = spend::fit(&spendings).unwrap();
        assert_eq!(spent.repeaters, 946);
        let near = |found: f64, published: f64| (found / published - 1.0).abs() < 2e-2;
        assert!(near(spent.p, 6.25) && near(spent.q, 3.74) && near(spent.v / 100.0, 15.45), "{spent:?}");
        assert!((spent.correlation - 0.11).abs() < 0.02, "{spent:?}");
    }
}
