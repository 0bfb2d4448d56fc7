//! Adding a webhook.

use audit::api::Entry;
use http::{Answer, Cx, Json};

use super::read::WebhookView;
use crate::{
    model::{Details, Webhook},
    policy, queries,
};

/// Adds a webhook: it is told of what happens from now on, once it has a secret.
#[utoipa::path(post, path = "/webhooks", tag = "webhooks", request_body = Details, responses((status = 200, body = WebhookView)))]
pub(crate) async fn create(cx: Cx, Json(request): Json<Details>) -> Answer<WebhookView> {
    let view = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let webhook = Webhook::blank(tx.new_id(), tx.now()).with(&permit, request.clone())?;
            queries::insert(tx, &webhook)?;
            audit::api::record(tx, Entry::new("webhooks.created", "webhook", webhook.id).created(&webhook))?;
            WebhookView::of(tx, webhook)
        })
        .await?;
    Ok(Json(view))
}
