//! 《顾客投诉分类统计表》: read, listed, taken along.

use audit::api::Entry;
use axum::response::Response;
use documents::DocumentFormat;
use http::{Answer, Cx, Json, Problem, Query};
use jiff::ToSpan;
use kernel::{Error, Result, UnitId};
use serde::Deserialize;
use serde_json::json;
use store::Tx;
use utoipa::IntoParams;

use crate::{
    day,
    model::ComplaintRules,
    paper, policy,
    queries::{self, figures::Counting},
    statistics::{self, Statistics, StatisticsPeriod},
};

/// Of which days, units and categories.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsQuery {
    /// From this day on, `YYYY-MM-DD`: the first of the month unless told.
    from: Option<String>,
    /// To this day: today unless told. At most 93 days by day, 400 by week, 800 by month.
    to: Option<String>,
    /// Added up by what; by day unless told.
    #[param(inline)]
    by: Option<StatisticsPeriod>,
    /// Only what people of this unit and those below it look after.
    unit: Option<UnitId>,
    /// Only this category, of either level, or `none`.
    category: Option<String>,
}

/// Of which, and as what.
#[derive(Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct StatisticsExportQuery {
    /// From this day on, `YYYY-MM-DD`.
    from: Option<String>,
    /// To this day.
    to: Option<String>,
    /// Added up by what.
    #[param(inline)]
    by: Option<StatisticsPeriod>,
    /// Only what people of this unit and those below it look after.
    unit: Option<UnitId>,
    /// Only this category, of either level, or `none`.
    category: Option<String>,
    /// As what.
    #[param(inline)]
    format: DocumentFormat,
}

/// What complaints of some days come to, as far as one may see them: each on the day it was taken in, as it stands now.
#[utoipa::path(get, path = "/complaint-statistics", tag = "complaints", params(StatisticsQuery), responses((status = 200, body = Statistics)))]
pub(crate) async fn read(cx: Cx, Query(query): Query<StatisticsQuery>) -> Answer<Statistics> {
    Ok(Json(cx.read(move |tx| figures(tx, &query)).await?))
}

/// The same as a document, in the organisation's language. That it was taken along is on the trail.
#[utoipa::path(get, path = "/complaint-statistics/export", tag = "complaints", params(StatisticsExportQuery), responses((status = 200, body = Vec<u8>, content_type = "application/pdf")))]
pub(crate) async fn export(cx: Cx, Query(query): Query<StatisticsExportQuery>) -> Result<Response, Problem> {
    let StatisticsExportQuery { from, to, by, unit, category, format } = query;
    let query = StatisticsQuery { from, to, by, unit, category };
    let document = cx
        .write(move |tx| {
            let statistics = figures(tx, &query)?;
            let entry = Entry::new("complaints.statistics_taken", "complaint_statistics", &statistics.from);
            let what =
                json!({ "from": statistics.from, "to": statistics.to, "unit": query.unit, "format": format.text() });
            audit::api::record(tx, entry.created(&what))?;
            let unit = match query.unit {
                Some(unit) => people::api::tree(tx)?.unit(unit).map(|unit| unit.name.clone()).unwrap_or_default(),
                None => String::new(),
            };
            Ok(paper::statistics(&paper::hand(tx)?, &statistics, unit))
        })
        .await?;
    documents::answer(cx.app(), document, format, "complaint-statistics").await
}

fn figures(tx: &mut Tx<'_>, query: &StatisticsQuery) -> Result<Statistics> {
    let rules = queries::rules(tx)?;
    let by = query.by.unwrap_or(StatisticsPeriod::Day);
    let days = (query.from.as_deref(), query.to.as_deref());
    let which = counting(tx, &rules, days, query.unit, query.category.as_deref())?;
    by.check(statistics::day("from", &which.from)?, statistics::day("to", &which.to)?)?;
    statistics::read(tx, &which, by, &rules)
}

/// Which complaints are asked for: of the actor's reach, the month so far unless told.
pub(super) fn counting(
    tx: &mut Tx<'_>,
    rules: &ComplaintRules,
    (from, to): (Option<&str>, Option<&str>),
    unit: Option<UnitId>,
    category: Option<&str>,
) -> Result<Counting> {
    let scope = policy::may_read(tx.actor())?;
    let now = tx.now();
    let to = match to {
        Some(to) => statistics::day("to", to)?,
        None => day::of(tx, now)?,
    };
    let from = match from {
        Some(from) => statistics::day("from", from)?,
        None => to.first_of_month(),
    };
    if from > to || from.saturating_add(3_660.days()) < to {
        return Err(Error::field("from", "out_of_range"));
    }
    let units = match unit {
        Some(unit) => Some(people::api::subtree(tx, unit)?),
        None => None,
    };
    let categories = match category {
        None => None,
        Some("none") => Some(vec![String::new()]),
        Some(id) if id.len() > 60 => return Err(Error::field("category", "too_long")),
        Some(id) => Some(rules.below(id)),
    };
    Ok(Counting { scope, from: from.to_string(), to: to.to_string(), units, categories })
}
