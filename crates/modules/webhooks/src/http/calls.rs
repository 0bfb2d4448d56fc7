//! What a webhook was told, and what it was not.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Error, Id, Page, PageQuery};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use crate::{
    codes,
    model::{CallState, Webhook, WebhookCall},
    policy, queries, tell,
};

/// Which calls.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Which {
    /// Those that stand there; those that were given up unless told.
    #[param(inline)]
    state: Option<CallState>,
    /// Rows a page, at most 200.
    limit: Option<i64>,
    /// Where the page before ended.
    cursor: Option<String>,
}

/// The calls of a webhook that stand in a state, the latest first. Those that were taken are kept for 7 days, those
/// that were given up for 30.
#[utoipa::path(get, path = "/webhooks/{id}/calls", tag = "webhooks", params(("id" = Id<Webhook>, Path), Which), responses((status = 200, body = Page<WebhookCall>)))]
pub(crate) async fn list(
    cx: Cx,
    Path(id): Path<Id<Webhook>>,
    Query(Which { state, limit, cursor }): Query<Which>,
) -> Answer<Page<WebhookCall>> {
    let page = PageQuery { limit, cursor };
    let (limit, before) = (page.limit()?, page.before()?);
    let rows = cx
        .read(move |tx| {
            let _scope = policy::may_read(tx.actor())?;
            queries::find(tx, id)?;
            queries::in_state(tx, id, state.unwrap_or(CallState::Dead), &before, limit + 1)
        })
        .await?;
    Ok(Json(Page::of(rows, limit, |row| (row.at.millis(), row.id.to_string()))))
}

/// Makes a call again that was given up. What happened to the same thing after it may have been told before it.
#[utoipa::path(post, path = "/webhook-calls/{id}/retry", tag = "webhooks", params(("id" = Id<WebhookCall>, Path)), responses((status = 200, body = WebhookCall)))]
pub(crate) async fn retry(cx: Cx, Path(id): Path<Id<WebhookCall>>) -> Answer<WebhookCall> {
    let call = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::call(tx, id)?.ok_or(Error::NotFound)?;
            let after = before.again(tx.now()).ok_or_else(|| codes::NOT_DEAD.conflict())?;
            queries::save_call(tx, &after)?;
            audit::api::record(
                tx,
                Entry::new("webhooks.retried", "webhook", after.webhook_id).created(&json!({"call": id})),
            )?;
            tell::soon(tx, after.webhook_id, &after.subject)?;
            Ok(after)
        })
        .await?;
    Ok(Json(call))
}
