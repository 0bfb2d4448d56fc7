//! 《顾客投诉分类统计表》 (R062, R088, R095): complaints by category and by day, week or month, each on the day it was taken
//! in. Days, weeks and months are added up from the same sums, so they cannot differ.

use std::collections::BTreeMap;

use jiff::{ToSpan, civil::Date};
use kernel::{Error, Id, Result, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use store::{Tx, text_enum};
use utoipa::ToSchema;

use crate::{
    model::{Complaint, ComplaintRules, ComplaintWay, Figures},
    queries::figures::{self, Counting, DaySum},
};

/// Days one asks for at most, by the length of a period.
const MOST_DAYS: [(StatisticsPeriod, i32); 3] =
    [(StatisticsPeriod::Day, 93), (StatisticsPeriod::Week, 400), (StatisticsPeriod::Month, 800)];

text_enum! {
    /// What complaints are added up by. Weeks begin on Monday (ISO 8601).
    pub enum StatisticsPeriod {
        /// Each day.
        Day = "day",
        /// Each week.
        Week = "week",
        /// Each month.
        Month = "month",
    }
}

/// What the complaints of one period come to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintPeriod)]
pub struct Period {
    /// Its first day, or the first that was asked for.
    pub from: String,
    /// Its last day, or the last that was asked for.
    pub to: String,
    /// What they come to.
    pub figures: Figures,
}

/// What the complaints of one category come to.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintCategoryStats)]
pub struct Line {
    /// Which category, of either level; empty for what is filed under none.
    pub category_id: String,
    /// Its name; empty for what is filed under none.
    pub name: String,
    /// The category above it; none for one of the first level.
    pub above_id: Option<String>,
    /// What they come to.
    pub figures: Figures,
    /// How many were taken in, period by period.
    pub received: Vec<i64>,
}

/// How many came one way.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintsOfWay)]
pub struct OfWay {
    /// Which way.
    pub way: ComplaintWay,
    /// How many.
    pub received: i64,
}

/// A complaint whose summary is missing.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintUnsummed)]
pub struct Unsummed {
    /// Which.
    pub id: Id<Complaint>,
    /// Its number.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// The supervisor whose turn it is.
    pub owner_id: Option<UserId>,
    /// Their name; empty where it waits in a pool.
    pub owner_name: String,
    /// Until when it was to be written.
    pub due_at: Option<Timestamp>,
}

/// The statistics of some days.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = ComplaintStatistics)]
pub struct Statistics {
    /// The first day.
    pub from: String,
    /// The last day.
    pub to: String,
    /// What they are added up by.
    pub by: StatisticsPeriod,
    /// Of which currency amounts are, ISO 4217.
    pub currency: String,
    /// Handed over more often than this is too often.
    pub most_hops: i64,
    /// More than this is too dear: minor units.
    pub most_cost: i64,
    /// More days than these are too long.
    pub most_days: i64,
    /// All together.
    pub total: Figures,
    /// Period by period.
    pub periods: Vec<Period>,
    /// By category: one of the first level, then those below it.
    pub categories: Vec<Line>,
    /// By the way they came, most first.
    pub ways: Vec<OfWay>,
    /// Those whose summary is missing, by supervisor; 200 at most.
    pub unsummed: Vec<Unsummed>,
}

/// A day as it is written.
///
/// # Errors
/// [`Error::Invalid`] on `field`: `malformed`.
pub(crate) fn day(field: &'static str, text: &str) -> Result<Date> {
    let day: Option<Date> = text.parse().ok();
    day.filter(|day| day.to_string() == text).ok_or_else(|| Error::field(field, "malformed"))
}

impl StatisticsPeriod {
    /// The first day of the period this day lies in.
    fn begin(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()),
            Self::Month => day.first_of_month(),
        }
    }

    /// The last.
    fn end(self, day: Date) -> Date {
        match self {
            Self::Day => day,
            Self::Week => self.begin(day).saturating_add(6.days()),
            Self::Month => day.last_of_month(),
        }
    }

    /// Refuses more days than a table can show.
    ///
    /// # Errors
    /// [`Error::Invalid`] on `from`: `out_of_range`.
    pub(crate) fn check(self, from: Date, to: Date) -> Result<()> {
        let most = MOST_DAYS.iter().find(|(by, _)| *by == self).map_or(0, |(_, most)| *most);
        if (0..most).contains(&(to - from).get_days()) {
            Ok(())
        } else {
            Err(Error::field("from", "out_of_range"))
        }
    }

    /// The periods of these days, without what lies outside them.
    fn periods(self, from: Date, to: Date) -> Vec<Period> {
        let mut periods = Vec::new();
        let mut at = from;
        while at <= to {
            let end = self.end(at).min(to);
            periods.push(Period { from: at.to_string(), to: end.to_string(), figures: Figures::default() });
            match end.tomorrow() {
                Ok(next) => at = next,
                Err(_) => break,
            }
        }
        periods
    }
}

/// Reads the statistics of some days.
pub(crate) fn read(
    tx: &mut Tx<'_>,
    which: &Counting,
    by: StatisticsPeriod,
    rules: &ComplaintRules,
) -> Result<Statistics> {
    let sums = figures::sums(tx, which, rules)?;
    let (from, to) = (day("from", &which.from)?, day("to", &which.to)?);
    let mut statistics = added(sums, by, (from, to), rules);
    statistics.ways = figures::ways(tx, which)?.into_iter().map(|(way, received)| OfWay { way, received }).collect();
    let missing = figures::unsummed(tx, which)?.into_iter().map(|one| Unsummed {
        id: one.id,
        number: one.number,
        title: one.title,
        owner_id: one.owner_id,
        owner_name: one.owner_name,
        due_at: one.due_at,
    });
    statistics.unsummed = missing.collect();
    Ok(statistics)
}

/// Adds days up.
fn added(sums: Vec<DaySum>, by: StatisticsPeriod, (from, to): (Date, Date), rules: &ComplaintRules) -> Statistics {
    let mut periods = by.periods(from, to);
    let mut total = Figures::default();
    let mut leaves: BTreeMap<String, (String, Figures, Vec<i64>)> = BTreeMap::new();
    for sum in &sums {
        total += &sum.figures;
        let at = periods.partition_point(|period| period.to < sum.day);
        if let Some(period) = periods.get_mut(at) {
            period.figures += &sum.figures;
        }
        let leaf = leaves.entry(sum.category_id.clone().unwrap_or_default());
        let leaf = leaf.or_insert_with(|| (String::new(), Figures::default(), vec![0; periods.len()]));
        leaf.0.clone_from(&sum.category.clone().unwrap_or_default());
        leaf.1 += &sum.figures;
        if let Some(received) = leaf.2.get_mut(at) {
            *received += sum.figures.received;
        }
    }
    Statistics {
        from: from.to_string(),
        to: to.to_string(),
        by,
        currency: rules.currency.clone(),
        most_hops: rules.most_hops,
        most_cost: rules.most_cost.0,
        most_days: rules.most_days,
        total,
        periods,
        categories: lines(leaves, rules),
        ways: Vec::new(),
        unsummed: Vec::new(),
    }
}

/// The lines of all categories that are or were: each of the first level with those below it, then what is in none.
fn lines(mut leaves: BTreeMap<String, (String, Figures, Vec<i64>)>, rules: &ComplaintRules) -> Vec<Line> {
    let mut lines = Vec::new();
    for above in &rules.categories.0 {
        let mut below = Vec::new();
        for child in &above.children {
            if let Some((_, figures, received)) = leaves.remove(&child.id) {
                let above_id = Some(above.id.clone());
                below.push(Line {
                    category_id: child.id.clone(),
                    name: child.name.clone(),
                    above_id,
                    figures,
                    received,
                });
            }
        }
        let Some(first) = below.first() else { continue };
        let mut all = Line {
            category_id: above.id.clone(),
            name: above.name.clone(),
            above_id: None,
            figures: Figures::default(),
            received: vec![0; first.received.len()],
        };
        for one in &below {
            all.figures += &one.figures;
            all.received.iter_mut().zip(&one.received).for_each(|(sum, n)| *sum += n);
        }
        lines.push(all);
        lines.append(&mut below);
    }
    let unfiled = leaves.remove("");
    // What was taken out of the rules since is still called what it was called.
    for (category_id, (name, figures, received)) in leaves {
        lines.push(Line { category_id, name, above_id: None, figures, received });
    }
    if let Some((name, figures, received)) = unfiled {
        lines.push(Line { category_id: String::new(), name, above_id: None, figures, received });
    }
    lines
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn weeks_begin_on_monday_and_are_cut_at_the_ends() {
        let weeks = StatisticsPeriod::Week.periods(date("2026-11-25"), date("2026-12-08"));
        let at: Vec<_> = weeks.iter().map(|week| (week.from.as_str(), week.to.as_str())).collect();
        assert_eq!(at, [("2026-11-25", "2026-11-29"), ("2026-11-30", "2026-12-06"), ("2026-12-07", "2026-12-08")]);
        let months = StatisticsPeriod::Month.periods(date("2026-11-25"), date("2027-01-02"));
        assert_eq!(months.len(), 3);
    }

    proptest! {
        #[test]
        fn r062_days_weeks_and_months_add_up_to_the_same(days in proptest::collection::vec((0..60_i64, 0..4_usize, 0..9_i64), 0..80)) {
            let (from, to) = (date("2026-10-10"), date("2026-12-08"));
            let sums = || days.iter().map(|(day, category, n)| DaySum {
                day: from.saturating_add(day.days()).to_string(),
                category_id: (*category > 0).then(|| format!("c{category}")),
                category: None,
                figures: Figures { received: *n, founded: n / 2, lasted_ms: n * 7, ..Figures::default() },
            }).collect::<Vec<_>>();
            let rules = ComplaintRules::default();
            let mut sorted = sums();
            sorted.sort_by(|a, b| a.day.cmp(&b.day));
            let received: i64 = days.iter().map(|(_, _, n)| n).sum();
            for by in [StatisticsPeriod::Day, StatisticsPeriod::Week, StatisticsPeriod::Month] {
                let all = added(sums(), by, (from, to), &rules);
                let mut over = Figures::default();
                all.periods.iter().for_each(|period| over += &period.figures);
                prop_assert_eq!(&over, &all.total);
                let mut over = Figures::default();
                all.categories.iter().filter(|line| line.above_id.is_none()).for_each(|line| over += &line.figures);
                prop_assert_eq!(&over, &all.total);
                prop_assert_eq!(all.total.received, received);
                let lines: i64 = all.categories.iter().flat_map(|line| &line.received).sum();
                prop_assert_eq!(lines, received);
            }
        }
    }
}
