//! Reading requests.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{CustomerId, Id, Page, PageQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::view::{PrivacyRequestView, view};
use crate::{
    model::{PrivacyRequest, PrivacyRequestKind, PrivacyRequestState, SOON_MS},
    policy,
    queries::requests::{self as queries, Filter},
};

/// Which requests.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct RequestQuery {
    /// Only those that stand so.
    #[param(inline)]
    state: Option<PrivacyRequestState>,
    /// Only those of this kind.
    #[param(inline)]
    kind: Option<PrivacyRequestKind>,
    /// Only those this person must answer: an id, or `me`.
    owner: Option<String>,
    /// Only those of this customer, merges followed.
    customer: Option<CustomerId>,
    /// Only those not closed in time.
    overdue: Option<bool>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Lists the requests one may see: open ones in the order in which they are due, others newest first.
#[utoipa::path(get, path = "/privacy-requests", tag = "privacy", params(RequestQuery), responses((status = 200, body = Page<PrivacyRequestView>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<RequestQuery>) -> Answer<Page<PrivacyRequestView>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor.clone() };
    let page = cx
        .read(move |tx| {
            let scope = policy::may_read_requests(tx.actor())?;
            let filter = Filter {
                state: query.state,
                owner: tx.actor().person("owner", query.owner.as_deref())?,
                customer: query.customer.map(|id| customers::api::members(tx, id)).transpose()?,
                kind: query.kind,
                overdue_at: query.overdue.unwrap_or(false).then(|| tx.now()),
            };
            let by_due = filter.by_due();
            let (limit, from) = (page.limit()?, if by_due { page.after()? } else { page.before()? });
            let rows = queries::list(tx, &scope, &filter, &from, limit + 1)?;
            let key = |row: &PrivacyRequest| if by_due { row.due_at } else { row.received_at };
            let page = Page::of(rows, limit, |row| (key(row).millis(), row.id.to_string()));
            let items = page.items.into_iter().map(|row| view(tx, row)).collect::<kernel::Result<_>>()?;
            Ok(Page { items, next_cursor: page.next_cursor })
        })
        .await?;
    Ok(Json(page))
}

/// One request.
#[utoipa::path(get, path = "/privacy-requests/{id}", tag = "privacy", params(("id" = Id<PrivacyRequest>, Path)), responses((status = 200, body = PrivacyRequestView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<PrivacyRequest>>) -> Answer<PrivacyRequestView> {
    let request = cx
        .read(move |tx| {
            let request = queries::find(tx, id)?;
            policy::may_see(tx.actor(), &request)?;
            view(tx, request)
        })
        .await?;
    Ok(Json(request))
}

/// How much waits for an answer within reach.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PrivacyRequestCounts {
    /// Open.
    open: i64,
    /// Of these, due within seven days or before now.
    due_soon: i64,
    /// Of these, due before now.
    overdue: i64,
}

/// Counts what waits for an answer, as far as one may see it.
#[utoipa::path(get, path = "/privacy-requests/counts", tag = "privacy", responses((status = 200, body = PrivacyRequestCounts)))]
pub(crate) async fn counts(cx: Cx) -> Answer<PrivacyRequestCounts> {
    let counts = cx
        .read(|tx| {
            let scope = policy::may_read_requests(tx.actor())?;
            let now = tx.now();
            let (open, due_soon, overdue) = queries::counts(tx, &scope, now.plus_millis(SOON_MS), now)?;
            Ok(PrivacyRequestCounts { open, due_soon, overdue })
        })
        .await?;
    Ok(Json(counts))
}
