//! What complaints cost by root cause, how many customers were won back, and the complaints behind each number.

use std::collections::HashMap;

use complaints::Complaint;
use http::{Answer, Cx, Json, Query};
use kernel::{Error, Id, Page, PageQuery, Result, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use crate::{
    figures::{self, Cost, Costs, Recovery},
    model::{ComplaintOutcome, ImprovementRules, RecoveryVerdict},
    queries::{
        self,
        outcomes::{self, Listing, Sum},
    },
};

/// Of which days and units.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FiguresQuery {
    /// From this day on, `YYYY-MM-DD`: the first of the month unless told.
    from: Option<String>,
    /// To this day: today unless told. At most 800 days.
    to: Option<String>,
    /// Only what people of this unit and those below it look after.
    unit: Option<UnitId>,
}

/// What complaints taken in on some days cost, by root cause, as far as one may see them.
#[utoipa::path(get, path = "/complaint-costs", tag = "improvements", params(FiguresQuery), responses((status = 200, body = Costs)))]
pub(crate) async fn costs(cx: Cx, Query(query): Query<FiguresQuery>) -> Answer<Costs> {
    let costs = cx
        .read(move |tx| {
            let days = (query.from.as_deref(), query.to.as_deref());
            let which = figures::counting(tx, days, query.unit)?;
            figures::costs(tx, &which)
        })
        .await?;
    Ok(Json(costs))
}

/// How many customers of complaints closed on some days were won back: content with it (4 or 5 of 5), or bought again within 90
/// days.
#[utoipa::path(get, path = "/complaint-recovery", tag = "improvements", params(FiguresQuery), responses((status = 200, body = Recovery)))]
pub(crate) async fn recovery(cx: Cx, Query(query): Query<FiguresQuery>) -> Answer<Recovery> {
    let recovery = cx
        .read(move |tx| {
            let days = (query.from.as_deref(), query.to.as_deref());
            let which = figures::counting(tx, days, query.unit)?;
            figures::recovery(tx, &which)
        })
        .await?;
    Ok(Json(recovery))
}

/// Which of the complaints that are counted.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct OutcomeQuery {
    /// From this day on, `YYYY-MM-DD`: the first of the month unless told.
    from: Option<String>,
    /// To this day: today unless told. At most 800 days.
    to: Option<String>,
    /// Only what people of this unit and those below it look after.
    unit: Option<UnitId>,
    /// By the day they were closed, and not that on which they were taken in.
    closed: Option<bool>,
    /// Only those of this root cause, or `none`: up to 60 characters.
    cause: Option<String>,
    /// Only those of whose customers this is true.
    #[param(inline)]
    verdict: Option<RecoveryVerdict>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// What one complaint came to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct OutcomeView {
    /// Which.
    complaint_id: Id<Complaint>,
    /// Its number; none where the caller may not see the complaint.
    number: Option<String>,
    /// What it is about; none where the caller may not see the complaint.
    title: Option<String>,
    /// The day it was taken in.
    day: String,
    /// When.
    registered_at: Timestamp,
    /// When it was closed.
    closed_at: Option<Timestamp>,
    /// Its root cause; empty where it was not analysed.
    cause: String,
    #[serde(flatten)]
    cost: Cost,
    /// Of which currency amounts are, ISO 4217.
    currency: String,
    /// How content the customer is by their last word: 1 to 5.
    score: Option<i64>,
    /// When they bought again, within 90 days.
    bought_at: Option<Timestamp>,
    /// Whether they were won back, once it is closed.
    verdict: Option<RecoveryVerdict>,
}

/// Lists the complaints behind a number of the costs or of those won back, the latest first.
#[utoipa::path(get, path = "/complaint-outcomes", tag = "improvements", params(OutcomeQuery), responses((status = 200, body = Page<OutcomeView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<OutcomeQuery>) -> Answer<Page<OutcomeView>> {
    let page = cx.read(move |tx| outcomes(tx, &query)).await?;
    Ok(Json(page))
}

fn outcomes(tx: &mut Tx<'_>, query: &OutcomeQuery) -> Result<Page<OutcomeView>> {
    let days = (query.from.as_deref(), query.to.as_deref());
    let which = figures::counting(tx, days, query.unit)?;
    if query.cause.as_ref().is_some_and(|cause| cause.len() > 60) {
        return Err(Error::field("cause", "too_long"));
    }
    let cause = query.cause.as_deref().map(|cause| if cause == "none" { String::new() } else { cause.to_owned() });
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let (limit, from) = (page.limit()?, page.before()?);
    let listing = Listing { closed: query.closed.unwrap_or(false), cause, verdict: query.verdict };
    let rows = outcomes::list(tx, &which, &listing, &from, limit + 1)?;
    let page = Page::of(rows, limit, |row| (row.registered_at.millis(), row.complaint_id.to_string()));
    let ids: Vec<_> = page.items.iter().map(|row| row.complaint_id).collect();
    let visible = complaints::api::among(tx, &ids)?;
    let mut named: HashMap<_, _> = visible.into_iter().map(|one| (one.id, (one.number, one.title))).collect();
    let (rules, currency) = (queries::rules(tx)?, complaints::api::currency(tx)?);
    let since = outcomes::ninety_days_ago(tx);
    Ok(page.map(|row| {
        let (number, title) = named.remove(&row.complaint_id).unzip();
        OutcomeView {
            complaint_id: row.complaint_id,
            number,
            title,
            cost: cost(&row, &rules),
            verdict: row.verdict(since),
            currency: currency.clone(),
            day: row.day,
            registered_at: row.registered_at,
            closed_at: row.closed_at,
            cause: row.cause.unwrap_or_default(),
            score: row.score,
            bought_at: row.bought_at,
        }
    }))
}

/// What one cost, as the sums count it.
fn cost(row: &ComplaintOutcome, rules: &ImprovementRules) -> Cost {
    let sum = Sum {
        complaints: 1,
        reckoned: i64::from(row.minutes.is_none()),
        minutes: row.minutes.unwrap_or(row.acts * rules.act_minutes),
        compensation: row.compensation,
        points: row.points,
        lost: row.lost,
    };
    Cost::of(&sum, rules)
}
