//! Reading opportunities.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Error, Id, Money, Page, PageQuery, Result, Timestamp, UnitId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{OpportunityEvidenceView, OpportunityView, pieces, view};
use crate::{
    model::{Opportunity, OpportunitySource, OpportunityStage, OpportunityStep},
    policy,
    queries::{self, Filter},
};

/// Which opportunities.
#[derive(Clone, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct FilterQuery {
    /// Only those that stand so.
    #[param(inline)]
    pub(super) stage: Option<OpportunityStage>,
    /// Only those this person has: an id, or `me`.
    pub(super) owner: Option<String>,
    /// Only those of this unit.
    pub(super) unit: Option<UnitId>,
    /// Only those for which something about this customer speaks.
    pub(super) customer: Option<CustomerId>,
    /// Only those drawn from this.
    #[param(inline)]
    pub(super) source: Option<OpportunitySource>,
    /// Only those whose title or service holds these words: up to 100 characters.
    pub(super) q: Option<String>,
    /// Only those with a next step due before this moment.
    pub(super) due_before: Option<Timestamp>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    pub(super) limit: Option<i64>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

impl FilterQuery {
    pub(super) fn filter(&self, tx: &mut Tx<'_>) -> Result<Filter> {
        if self.q.as_ref().is_some_and(|text| text.chars().count() > 100) {
            return Err(Error::field("q", "too_long"));
        }
        // Whoever follows an alias means the person; of nobody there is nothing.
        let customers = match self.customer.map(|id| customers::api::members(tx, id)) {
            None => None,
            Some(Ok(ids)) => Some(ids),
            Some(Err(Error::NotFound)) => Some(Vec::new()),
            Some(Err(error)) => return Err(error),
        };
        Ok(Filter {
            stage: self.stage,
            owner: tx.actor().person("owner", self.owner.as_deref())?,
            unit: self.unit,
            customers,
            source: self.source,
            text: self.q.as_deref().unwrap_or_default().trim().to_lowercase(),
            due_before: self.due_before,
        })
    }
}

/// Lists the opportunities one may see, newest first.
#[utoipa::path(get, path = "/opportunities", tag = "opportunities", params(FilterQuery), responses((status = 200, body = Page<OpportunityView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<FilterQuery>) -> Answer<Page<OpportunityView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let filter = query.filter(tx)?;
            let limit = page.limit()?;
            let rows = queries::list(tx, &scope, &filter, &page.before()?, limit + 1)?;
            let page = Page::of(rows, limit, |row| (row.created_at.millis(), row.id.to_string()));
            Ok(page.map(|one| view(tx, one)))
        })
        .await?;
    Ok(Json(page))
}

/// What stands in one stage, in one currency.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct OpportunityCount {
    /// Where they stand.
    stage: OpportunityStage,
    /// ISO 4217.
    currency: String,
    /// How many: the list with the same filters and this stage holds them, over all currencies.
    opportunities: i64,
    /// What they may bring, in minor units.
    value: Money,
    /// How many of them say what they may bring.
    valued: i64,
}

/// Counts by stage and currency; empty stages are left out. Takes the list's filters, without `limit` and `cursor`.
#[utoipa::path(get, path = "/opportunities/counts", tag = "opportunities", params(FilterQuery), responses((status = 200, body = Vec<OpportunityCount>)))]
pub(crate) async fn counts(cx: Cx, Query(query): Query<FilterQuery>) -> Answer<Vec<OpportunityCount>> {
    let counts = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let filter = query.filter(tx)?;
            let rows = queries::counts(tx, &scope, &filter)?;
            let count = |(stage, currency, opportunities, value, valued)| OpportunityCount {
                stage,
                currency,
                opportunities,
                value: Money(value),
                valued,
            };
            Ok(rows.into_iter().map(count).collect())
        })
        .await?;
    Ok(Json(counts))
}

/// One opportunity, when the actor may see it.
pub(super) fn seen(tx: &mut Tx<'_>, id: Id<Opportunity>) -> Result<Opportunity> {
    let opportunity = queries::find(tx, id)?;
    policy::may_see(tx.actor(), &opportunity)?;
    Ok(opportunity)
}

/// One opportunity.
#[utoipa::path(get, path = "/opportunities/{id}", tag = "opportunities", params(("id" = Id<Opportunity>, Path)), responses((status = 200, body = OpportunityView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Opportunity>>) -> Answer<OpportunityView> {
    let opportunity = cx
        .read(move |tx| {
            let opportunity = seen(tx, id)?;
            Ok(view(tx, opportunity))
        })
        .await?;
    Ok(Json(opportunity))
}

/// Lists what speaks for it, the last first.
#[utoipa::path(get, path = "/opportunities/{id}/evidence", tag = "opportunities", params(("id" = Id<Opportunity>, Path), PageQuery), responses((status = 200, body = Page<OpportunityEvidenceView>)))]
pub(crate) async fn evidence(
    cx: Cx,
    Path(id): Path<Id<Opportunity>>,
    Query(page): Query<PageQuery>,
) -> Answer<Page<OpportunityEvidenceView>> {
    let page = cx
        .read(move |tx| {
            seen(tx, id)?;
            let limit = page.limit()?;
            let rows = queries::evidence(tx, id, &page.before()?, limit + 1)?;
            let Page { items, next_cursor } = Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string()));
            Ok(Page { items: pieces(tx, items)?, next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// Lists what happened to it, the last first: 500 steps at most.
#[utoipa::path(get, path = "/opportunities/{id}/history", tag = "opportunities", params(("id" = Id<Opportunity>, Path)), responses((status = 200, body = Vec<OpportunityStep>)))]
pub(crate) async fn history(cx: Cx, Path(id): Path<Id<Opportunity>>) -> Answer<Vec<OpportunityStep>> {
    let steps = cx
        .read(move |tx| {
            seen(tx, id)?;
            queries::steps(tx, id)
        })
        .await?;
    Ok(Json(steps))
}
