//! How many of each of the four kinds came, by day, week and month, adding up (R062).

use std::collections::BTreeMap;

use http::{Answer, Cx, Json, Query};
use jiff::{ToSpan, civil::Date};
use kernel::{Error, Result};
use serde::{Deserialize, Serialize};
use store::{Tx, text_enum};
use utoipa::{IntoParams, ToSchema};

use crate::{day, model::FeedbackKind, policy, queries};

/// How many days are looked at at most.
const MOST_DAYS: i32 = 400;

text_enum! {
    /// What a row of the figures covers.
    pub(crate) enum FeedbackPeriod {
        /// A day.
        Day = "day",
        /// A week, from Monday on.
        Week = "week",
        /// A month.
        Month = "month",
    }
}

/// Which days, and how they are put together.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FiguresQuery {
    /// From this day on, in the organisation's time zone: `2026-11-01`. The first of this month unless told.
    from: Option<String>,
    /// Until this day, it included; today unless told, and at most 400 days from the first.
    to: Option<String>,
    /// What a row covers; a day unless told.
    #[param(inline)]
    by: Option<FeedbackPeriod>,
}

/// How many came.
#[derive(Clone, Debug, Default, Serialize, ToSchema)]
pub(crate) struct FeedbackTally {
    /// Complaints; none for those who may not see any.
    complaint: Option<i64>,
    /// Suggestions.
    suggestion: i64,
    /// Opinions.
    opinion: i64,
    /// Praise.
    praise: i64,
    /// All of these.
    total: i64,
}

/// One row: a day, or the part of a week or month that lies within what was asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackFigure {
    /// Its first day.
    from: String,
    /// Its last.
    to: String,
    #[serde(flatten)]
    tally: FeedbackTally,
}

/// How many of each kind came.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FeedbackFigures {
    /// The first day.
    from: String,
    /// The last.
    to: String,
    /// What a row covers.
    by: FeedbackPeriod,
    /// In order, every one of them.
    rows: Vec<FeedbackFigure>,
    /// The sum of all rows.
    total: FeedbackTally,
}

impl FeedbackTally {
    fn add(&mut self, other: &Self) {
        self.complaint = match (self.complaint, other.complaint) {
            (None, one) | (one, None) => one,
            (Some(one), Some(other)) => Some(one + other),
        };
        self.suggestion += other.suggestion;
        self.opinion += other.opinion;
        self.praise += other.praise;
        self.total += other.total;
    }
}

/// Counts complaints, suggestions, opinions and praise within one's reach by the day they came. Weeks and months are
/// sums of days, cut to what was asked for, so that days, weeks and months of the same time add up to the same.
#[utoipa::path(get, path = "/feedback-figures", tag = "feedback", params(FiguresQuery), responses((status = 200, body = FeedbackFigures)))]
pub(crate) async fn figures(cx: Cx, Query(query): Query<FiguresQuery>) -> Answer<FeedbackFigures> {
    // All of it as of one moment.
    let figures = cx.app().db().snapshot(cx.origin(), move |tx| reckon(tx, &query)).await?;
    Ok(Json(figures))
}

fn reckon(tx: &mut Tx<'_>, query: &FiguresQuery) -> Result<FeedbackFigures> {
    let scope = policy::may_read(tx.actor())?;
    let now = tx.now();
    let today = day::of(tx, now)?;
    let to = query.to.as_deref().map_or(Ok(today), |text| day::parse("to", text))?;
    let from = query.from.as_deref().map_or(Ok(to.first_of_month()), |text| day::parse("from", text))?;
    let length = from.until(to).map_err(Error::internal)?.get_days();
    if !(0..MOST_DAYS).contains(&length) {
        return Err(Error::field("to", "out_of_range"));
    }
    let by = query.by.unwrap_or(FeedbackPeriod::Day);
    let (first, last) = (from.to_string(), to.to_string());
    let mut days: BTreeMap<String, FeedbackTally> = BTreeMap::new();
    for (day, kind, count) in queries::by_day(tx, &scope, &first, &last)? {
        let tally = days.entry(day).or_default();
        match kind {
            FeedbackKind::Suggestion => tally.suggestion += count,
            FeedbackKind::Opinion => tally.opinion += count,
            FeedbackKind::Praise => tally.praise += count,
        }
        tally.total += count;
    }
    let complaints = complaints::api::taken_in_by_day(tx, &first, &last)?;
    let sees = complaints.is_some();
    for (day, count) in complaints.into_iter().flatten() {
        let tally = days.entry(day).or_default();
        tally.complaint = Some(count);
        tally.total += count;
    }
    let nothing = FeedbackTally { complaint: sees.then_some(0), ..FeedbackTally::default() };
    let (mut rows, mut total) = (Vec::<FeedbackFigure>::new(), nothing.clone());
    let mut key = None;
    let mut day = from;
    while day <= to {
        let (name, period) = (day.to_string(), begin(by, day));
        if key != Some(period) {
            key = Some(period);
            rows.push(FeedbackFigure { from: name.clone(), to: name.clone(), tally: nothing.clone() });
        }
        if let Some(row) = rows.last_mut() {
            row.to.clone_from(&name);
            if let Some(tally) = days.get(&name) {
                row.tally.add(tally);
                total.add(tally);
            }
        }
        day = day.checked_add(1.day()).map_err(Error::internal)?;
    }
    Ok(FeedbackFigures { from: first, to: last, by, rows, total })
}

/// The first day of the period a day lies in, whether asked for or not.
fn begin(by: FeedbackPeriod, day: Date) -> Date {
    match by {
        FeedbackPeriod::Day => day,
        FeedbackPeriod::Week => {
            let back = i64::from(day.weekday().to_monday_zero_offset());
            day.checked_sub(back.days()).unwrap_or(day)
        }
        FeedbackPeriod::Month => day.first_of_month(),
    }
}
