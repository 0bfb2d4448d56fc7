//! The secret by which the embedding site proves who its visitors are.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{ChannelId, Timestamp};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{policy, queries};

/// How long a secret stays good after it was replaced, in milliseconds: a day.
const STAYS: i64 = 24 * 3_600_000;

/// A secret as it is shown, once.
#[derive(Serialize, ToSchema)]
pub(crate) struct IdentitySecret {
    /// To be kept on the site's server, never in a page: HMAC-SHA256 takes its characters as the key.
    secret: String,
    /// Until when the one before it stays good; none when there was none.
    previous_until: Option<Timestamp>,
}

/// Makes the channel's secret, or a new one: the one before it stays good for a day. It is shown only here.
#[utoipa::path(post, path = "/channels/{id}/identity-secret", tag = "channels", params(("id" = ChannelId, Path)), responses((status = 200, body = IdentitySecret)))]
pub(crate) async fn renew(cx: Cx, Path(id): Path<ChannelId>) -> Answer<IdentitySecret> {
    let shown = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            queries::find(tx, id)?;
            let before = queries::identity_secret(tx, id)?;
            let (secret, until) = (tx.rng().secret(), permit.at().plus_millis(STAYS));
            let previous_until = before.as_ref().map(|_| until);
            queries::renew_identity_secret(tx, id, &secret, permit.at(), until)?;
            let action = if before.is_some() {
                "channels.identity_secret_renewed"
            } else {
                "channels.identity_secret_made"
            };
            audit::api::record(
                tx,
                Entry::new(action, "channel", id).created(&json!({"previous_until": previous_until})),
            )?;
            Ok(IdentitySecret { secret, previous_until })
        })
        .await?;
    Ok(Json(shown))
}
