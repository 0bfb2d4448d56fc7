//! The secret calls are signed with.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Id, Timestamp};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{model::Webhook, policy, queries};

/// How long a secret stays good after it was replaced, in milliseconds: a day.
const STAYS: i64 = 24 * 3_600_000;

/// A secret as it is shown, once.
#[derive(Serialize, ToSchema)]
pub(crate) struct WebhookSecret {
    /// To be kept on the other side: HMAC-SHA256 takes its characters as the key.
    secret: String,
    /// Until when calls are signed with the one before it too; none when there was none.
    previous_until: Option<Timestamp>,
}

/// Makes the webhook's secret, or a new one: for a day calls are signed with the one before it too. It is shown only here.
#[utoipa::path(post, path = "/webhooks/{id}/secret", tag = "webhooks", params(("id" = Id<Webhook>, Path)), responses((status = 200, body = WebhookSecret)))]
pub(crate) async fn renew(cx: Cx, Path(id): Path<Id<Webhook>>) -> Answer<WebhookSecret> {
    let shown = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            queries::find(tx, id)?;
            let until = permit.at().plus_millis(STAYS);
            let previous_until = queries::secret_since(tx, id)?.map(|_| until);
            let secret = tx.rng().secret();
            queries::renew_secret(tx, id, &secret, permit.at(), until)?;
            let about = json!({"previous_until": previous_until});
            audit::api::record(tx, Entry::new("webhooks.secret_renewed", "webhook", id).created(&about))?;
            Ok(WebhookSecret { secret, previous_until })
        })
        .await?;
    Ok(Json(shown))
}
