//! Setting a webhook otherwise, and taking it away.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::Id;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::read::WebhookView;
use crate::{
    model::{Details, Webhook},
    policy, queries, tell,
};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WebhookChange {
    /// The version that was seen.
    version: i64,
    /// What it is to be.
    details: Details,
}

/// Sets a webhook otherwise, pauses or resumes it. What waited while it was paused is told then.
#[utoipa::path(patch, path = "/webhooks/{id}", tag = "webhooks", params(("id" = Id<Webhook>, Path)), request_body = WebhookChange, responses((status = 200, body = WebhookView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<Webhook>>,
    Json(request): Json<WebhookChange>,
) -> Answer<WebhookView> {
    let WebhookChange { version, details } = request;
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::find(tx, id)?;
            let mut after = before.clone().with(&permit, details.clone())?;
            after.version = version + 1;
            queries::save(tx, &after)?;
            audit::api::record(tx, Entry::new("webhooks.changed", "webhook", id).change(&before, &after))?;
            if before.state != after.state {
                for subject in queries::waiting_subjects(tx, id)? {
                    tell::soon(tx, id, &subject)?;
                }
            }
            WebhookView::of(tx, after)
        })
        .await?;
    Ok(Json(view))
}

/// It is gone.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookGone {}

/// Takes a webhook away, with all it was still to be told.
#[utoipa::path(delete, path = "/webhooks/{id}", tag = "webhooks", params(("id" = Id<Webhook>, Path)), responses((status = 200, body = WebhookGone)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<Webhook>>) -> Answer<WebhookGone> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let before = queries::find(tx, id)?;
        queries::delete(tx, id)?;
        audit::api::record(tx, Entry::new("webhooks.deleted", "webhook", id).deleted(&before))
    })
    .await?;
    Ok(Json(WebhookGone {}))
}
