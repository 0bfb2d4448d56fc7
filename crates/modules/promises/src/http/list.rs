//! Reading promises.

use conversations::ConversationId;
use http::{Answer, Cx, Json, Path, Query};
use inquiries::RecordId;
use kernel::{CustomerId, Id, Page, PageQuery, Result, UnitId};
use serde::{Deserialize, Serialize};
use store::Tx;
use utoipa::{IntoParams, ToSchema};

use super::view::{PromiseView, view};
use crate::{
    model::{Promise, PromiseState},
    policy,
    queries::{self, Filter},
};

/// Which promises.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<PromiseState>,
    /// Only those this person owes: an id, or `me`.
    owner: Option<String>,
    /// Only those of this unit.
    unit: Option<UnitId>,
    /// Only those to this customer.
    customer: Option<CustomerId>,
    /// Only those made in this conversation.
    conversation: Option<ConversationId>,
    /// Only those about this inquiry.
    record: Option<RecordId>,
    /// Only those not kept in time.
    broken: Option<bool>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the promises one may see: open ones in the order in which they are due, others newest first.
#[utoipa::path(get, path = "/promises", tag = "promises", params(ListQuery), responses((status = 200, body = Page<PromiseView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<PromiseView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let filter = filter(tx, &query)?;
            let by_due = filter.by_due();
            let (limit, from) = (page.limit()?, if by_due { page.after()? } else { page.before()? });
            let rows = queries::list(tx, &scope, &filter, &from, limit + 1)?;
            let key = |row: &Promise| if by_due { row.due_at } else { row.made_at };
            let page = Page::of(rows, limit, |row| (key(row).millis(), row.id.to_string()));
            Ok(page.map(|promise| view(tx, promise)))
        })
        .await?;
    Ok(Json(page))
}

fn filter(tx: &Tx<'_>, query: &ListQuery) -> Result<Filter> {
    let owner = tx.actor().person("owner", query.owner.as_deref())?;
    Ok(Filter {
        state: query.state,
        owner,
        unit: query.unit,
        customer: query.customer,
        conversation: query.conversation,
        record: query.record,
        broken_at: query.broken.unwrap_or(false).then(|| tx.now()),
    })
}

/// One promise.
#[utoipa::path(get, path = "/promises/{id}", tag = "promises", params(("id" = Id<Promise>, Path)), responses((status = 200, body = PromiseView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Promise>>) -> Answer<PromiseView> {
    let promise = cx
        .read(move |tx| {
            let promise = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &promise)?;
            Ok(view(tx, promise))
        })
        .await?;
    Ok(Json(promise))
}

/// How much is owed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PromiseCounts {
    /// What the caller owes.
    open: i64,
    /// Of these, not kept in time.
    broken: i64,
    /// Not kept in time and still owed, by anybody within reach.
    broken_in_reach: i64,
}

/// Counts what one owes, and what is broken within one's reach.
#[utoipa::path(get, path = "/promises/counts", tag = "promises", responses((status = 200, body = PromiseCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<PromiseCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_read(tx.actor())?;
            let (me, now) = (tx.actor().staff()?.id, tx.now());
            let (open, broken) = queries::counts(tx, me, now)?;
            Ok(PromiseCounts { open, broken, broken_in_reach: queries::broken(tx, &scope, now)? })
        })
        .await?;
    Ok(Json(counts))
}
