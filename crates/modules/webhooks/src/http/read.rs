//! Webhooks as colleagues see them.

use http::{Answer, Cx, Json, Path, Query};
use kernel::{Id, Page, PageQuery, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{CallState, KINDS, Webhook},
    policy, queries,
};

/// A webhook, and how telling it goes.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookView {
    #[serde(flatten)]
    webhook: Webhook,
    /// Since when there is a secret to sign with; none: nothing is told.
    secret_since: Option<Timestamp>,
    /// How many calls wait.
    waiting: i64,
    /// How many were given up.
    dead: i64,
}

impl WebhookView {
    pub(super) fn of(tx: &mut Tx<'_>, webhook: Webhook) -> Result<Self> {
        let secret_since = queries::secret_since(tx, webhook.id)?;
        let waiting = queries::count(tx, webhook.id, CallState::Waiting)?;
        let dead = queries::count(tx, webhook.id, CallState::Dead)?;
        Ok(Self { webhook, secret_since, waiting, dead })
    }
}

/// Lists webhooks, oldest first.
#[utoipa::path(get, path = "/webhooks", tag = "webhooks", params(PageQuery), responses((status = 200, body = Page<WebhookView>)))]
pub(crate) async fn list(cx: Cx, Query(page): Query<PageQuery>) -> Answer<Page<WebhookView>> {
    let (limit, after) = (page.limit()?, page.after()?);
    let rows = cx
        .read(move |tx| {
            let scope = policy::may_read(tx.actor())?;
            let rows = queries::list(tx, &scope, &after, limit + 1)?;
            rows.into_iter().map(|row| WebhookView::of(tx, row)).collect::<Result<Vec<_>>>()
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.webhook.created_at.millis(), row.webhook.id.to_string()))))
}

/// One webhook.
#[utoipa::path(get, path = "/webhooks/{id}", tag = "webhooks", params(("id" = Id<Webhook>, Path)), responses((status = 200, body = WebhookView)))]
pub(crate) async fn read(cx: Cx, Path(id): Path<Id<Webhook>>) -> Answer<WebhookView> {
    let view = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            let webhook = queries::find(tx, id)?;
            WebhookView::of(tx, webhook)
        })
        .await?;
    Ok(Json(view))
}

/// The kinds of facts a webhook can be told of; see the page of the API on real time for what they mean.
#[utoipa::path(get, path = "/webhook-kinds", tag = "webhooks", responses((status = 200, body = Vec<String>)))]
pub(crate) async fn kinds(cx: Cx) -> Answer<Vec<String>> {
    let _scope = policy::may_read(cx.actor())?;
    Ok(Json(KINDS.iter().map(|kind| (*kind).to_owned()).collect()))
}
