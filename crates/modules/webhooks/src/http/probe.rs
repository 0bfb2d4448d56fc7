//! Trying a webhook.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::Id;
use outbound::Verdict;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{model::Webhook, policy, queries, tell};

/// How a test call went.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookProbe {
    /// What stands in the way: `timeout`, `http`, `no_secret`, …; none: nothing.
    trouble: Option<String>,
    /// More of it, or what the other side said.
    detail: String,
    /// How long it took, in milliseconds.
    took_ms: i64,
}

/// Calls the webhook with a test, signed as facts are: `{"type":"probe"}`.
#[utoipa::path(post, path = "/webhooks/{id}/probe", tag = "webhooks", params(("id" = Id<Webhook>, Path)), responses((status = 200, body = WebhookProbe)))]
pub(crate) async fn probe(cx: Cx, Path(id): Path<Id<Webhook>>) -> Answer<WebhookProbe> {
    let (webhook, secrets) = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let webhook = queries::find(tx, id)?;
            audit::api::record(tx, Entry::new("webhooks.tried", "webhook", id).created(&json!({})))?;
            Ok((webhook, queries::secrets(tx, id)?))
        })
        .await?;
    let app = cx.app();
    let began = app.clock().now();
    let verdict = match webhook.target() {
        Err(code) => Verdict::Never { code, text: String::new() },
        Ok(_) if secrets.is_empty() => Verdict::Never { code: "no_secret", text: String::new() },
        Ok(target) => tell::post(app, &target, &secrets, &json!({"type": "probe", "id": id, "at": began})).await,
    };
    let took_ms = app.clock().now().since(began).max(0);
    let (trouble, detail) = match verdict {
        Verdict::Taken(_) => (None, String::new()),
        Verdict::Later { code, text, .. } | Verdict::Never { code, text } => (Some(code.to_owned()), text),
    };
    Ok(Json(WebhookProbe { trouble, detail, took_ms }))
}
