//! Reading the trail.

use http::{Answer, Cx, Json, Query};
use kernel::{Page, PageQuery, Timestamp};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    model::AuditEntry,
    policy,
    queries::{self, Filter},
};

/// What to look for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// The id of the thing.
    subject: Option<String>,
    /// The id of the person.
    actor: Option<String>,
    /// The action, whole: `tasks.closed`.
    action: Option<String>,
    /// Not before this moment.
    from: Option<Timestamp>,
    /// Before this moment.
    to: Option<Timestamp>,
    /// How many rows at most: 1 to 200, 50 unless told.
    #[param(minimum = 1, maximum = 200)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// Reads the audit trail, newest first.
#[utoipa::path(get, path = "/audit-entries", tag = "audit", params(ListQuery), responses((status = 200, body = Page<AuditEntry>)))]
pub(crate) async fn list(cx: Cx, Query(query): Query<ListQuery>) -> Answer<Page<AuditEntry>> {
    let page = PageQuery { limit: query.limit, cursor: query.cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let (from, to) = (query.from.unwrap_or_default(), query.to.unwrap_or(Timestamp::from_millis(i64::MAX)));
    let filter = Filter { subject: query.subject, actor: query.actor, action: query.action, from, to };
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            queries::list(tx, &scope, &filter, &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string()))))
}
