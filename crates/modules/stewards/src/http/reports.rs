//! What account managers report of the markets of their territories, and who took note.

use std::collections::HashMap;

use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, Error, Id, Page, PageQuery};
use serde::{Deserialize, Serialize};
use store::Fact;
use utoipa::{IntoParams, ToSchema};

use crate::{
    api, codes, day,
    events::{self, MarketReportFact},
    market::{self, Filter, MarketKind, MarketReport, Territory},
    policy,
};

/// Which reports.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct MarketQuery {
    /// Only those of this week: `2026-W48`.
    week: Option<String>,
    /// Only those of this territory.
    territory: Option<Id<Territory>>,
    /// Only those about this.
    #[param(inline)]
    kind: Option<MarketKind>,
    /// Only those nobody took note of; false: only the others.
    unread: Option<bool>,
    /// How many rows at most: 1 to 200, 50 unless told.
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists reports, newest first.
#[utoipa::path(get, path = "/market-reports", tag = "stewards", params(MarketQuery), responses((status = 200, body = Page<MarketReport>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<MarketQuery>) -> Answer<Page<MarketReport>> {
    let MarketQuery { week, territory, kind, unread, limit, cursor } = query;
    let page = PageQuery { limit, cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let filter = Filter { week, territory, kind, unread };
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            market::list(tx, &scope, &filter, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string()))))
}

/// What is new in a market.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewMarketReport {
    /// Where.
    territory_id: Id<Territory>,
    /// What it is about.
    kind: MarketKind,
    /// What is new: 1 to 2,000 characters.
    news: String,
    /// What shows it: who said it, where it stands, which offer: 1 to 500 characters.
    evidence: String,
}

/// Reports what is new in the market of a territory.
#[utoipa::path(post, path = "/market-reports", tag = "stewards", request_body = NewMarketReport, responses((status = 200, body = MarketReport)))]
pub(crate) async fn report(cx: Cx, Json(request): Json<NewMarketReport>) -> Answer<MarketReport> {
    let report = cx
        .write(move |tx| {
            let permit = policy::may_report(tx.actor(), tx.now())?;
            let NewMarketReport { territory_id, kind, news, evidence } = request.clone();
            let territory = market::territory(tx, territory_id).map_err(Error::absent("territory_id", "unknown"))?;
            if territory.closed {
                return Err(codes::CLOSED.conflict());
            }
            let me = api::me(tx)?;
            let report = MarketReport {
                id: tx.new_id(),
                territory_id,
                territory_name: territory.name,
                kind,
                news: news.trim().to_owned(),
                evidence: evidence.trim().to_owned(),
                week: day::week(tx, permit.at())?,
                owner_id: me.id,
                owner_name: me.name,
                unit_id: me.unit,
                at: permit.at(),
                read_by: None,
                read_by_name: None,
                read_at: None,
                remark: String::new(),
                version: 1,
            }
            .checked()?;
            market::insert(tx, &report)?;
            let entry = Entry::new("stewards.market_reported", "market_report", report.id);
            audit::api::record(tx, entry.created(&report.trace()))?;
            let (market_report_id, week) = (report.id, report.week.clone());
            let fact = MarketReportFact { market_report_id, week, owner_id: me.id, unit_id: me.unit };
            tx.emit(Fact::new(events::REPORTED, report.id, &fact)?);
            tx.notify("market_reports", "market_report.changed", &report, Some(report.owned()))?;
            Ok(report)
        })
        .await?;
    Ok(Json(report))
}

/// What one says to a report.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarketRemark {
    /// In one's own words: up to 500 characters.
    remark: Option<String>,
}

/// Takes note of a report, once.
#[utoipa::path(post, path = "/market-reports/{id}/reading", tag = "stewards", params(("id" = Id<MarketReport>, Path)), request_body = MarketRemark, responses((status = 200, body = MarketReport)))]
pub(crate) async fn note(
    cx: Cx,
    Path(id): Path<Id<MarketReport>>,
    Json(request): Json<MarketRemark>,
) -> Answer<MarketReport> {
    let report = cx
        .write(move |tx| {
            let before = market::find(tx, id)?;
            let permit = policy::may_take_note(tx.actor(), &before.owned(), tx.now())?;
            Check::new().maybe_text("remark", request.remark.as_deref(), 0..=500).done()?;
            let me = api::me(tx)?;
            let remark = request.remark.as_deref().unwrap_or_default().trim().to_owned();
            let after = before.clone().noted(&permit, me.id, me.name, remark)?;
            market::save(tx, &after)?;
            let entry = Entry::new("stewards.market_report_read", "market_report", id);
            audit::api::record(tx, entry.change(&before.trace(), &after.trace()))?;
            tx.notify("market_reports", "market_report.changed", &after, Some(after.owned()))?;
            Ok(after)
        })
        .await?;
    Ok(Json(report))
}

/// Of which week.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct WeekQuery {
    /// `2026-W48`; this week.
    week: Option<String>,
}

/// How much was reported of a territory.
#[derive(Serialize, ToSchema)]
pub(crate) struct TerritoryWeek {
    #[serde(flatten)]
    territory: Territory,
    /// How many reports, whoever made them.
    reports: i64,
}

/// A week, territory by territory.
#[derive(Serialize, ToSchema)]
pub(crate) struct MarketWeek {
    /// The week.
    week: String,
    /// Every territory that is not closed: of which nothing was reported too.
    territories: Vec<TerritoryWeek>,
}

/// Tells of a week how much was reported of each territory.
#[utoipa::path(get, path = "/market-weeks", tag = "stewards", params(WeekQuery), responses((status = 200, body = MarketWeek)))]
pub(crate) async fn week(cx: Cx, Query(WeekQuery { week: asked }): Query<WeekQuery>) -> Answer<MarketWeek> {
    let answer = cx
        .read(move |tx| {
            policy::may_read(tx.actor())?;
            let now = tx.now();
            let week = match &asked {
                Some(week) if week.len() <= 10 => week.clone(),
                Some(_) => return Err(Error::field("week", "malformed")),
                None => day::week(tx, now)?,
            };
            let counts: HashMap<_, _> = market::reported(tx, &week)?.into_iter().collect();
            let territories = market::territories(tx)?
                .into_iter()
                .filter(|territory| !territory.closed)
                .map(|territory| TerritoryWeek { reports: counts.get(&territory.id).copied().unwrap_or(0), territory })
                .collect();
            Ok(MarketWeek { week, territories })
        })
        .await?;
    Ok(Json(answer))
}
