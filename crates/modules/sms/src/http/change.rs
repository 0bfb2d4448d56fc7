//! Setting a gateway otherwise.

use audit::api::Entry;
use channels::ChannelState;
use http::{Answer, Cx, Json, Path};
use kernel::ChannelId;
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;

use super::read::SmsGatewayView;
use crate::{
    model::{Details, Driver},
    queries, tell,
};

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SmsGatewayChange {
    /// The version that was seen.
    version: i64,
    /// The name colleagues see.
    name: Option<String>,
    /// Whether it is on: off, its line is closed, nothing goes out and nobody new is taken in.
    state: Option<ChannelState>,
    /// What it is to be.
    #[serde(default)]
    details: Details,
}

/// Sets a gateway otherwise, turns it off or on.
#[utoipa::path(patch, path = "/sms-gateways/{id}", tag = "sms", params(("id" = ChannelId, Path)), request_body = SmsGatewayChange, responses((status = 200, body = SmsGatewayView)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<ChannelId>,
    Json(request): Json<SmsGatewayChange>,
) -> Answer<SmsGatewayView> {
    let SmsGatewayChange { version, name, state, details } = request;
    let view = cx
        .write(move |tx| {
            let permit = channels::api::may_manage(tx.actor(), tx.now())?;
            let before = queries::setup(tx, id)?;
            let channel = channels::api::get(tx, id)?;
            let mut after = before.clone().with(&permit, details.clone())?;
            after.gateway.version = version + 1;
            queries::save(tx, &after.gateway)?;
            let (name, state) = (name.clone().unwrap_or(channel.name), state.unwrap_or(channel.state));
            channels::api::set(tx, &permit, id, &name, state)?;
            let entry = Entry::new("sms.gateway_changed", "channel", id);
            audit::api::record(tx, entry.change(&before.gateway, &after.gateway))?;
            if before.password != after.password {
                queries::save_password(tx, &after)?;
                audit::api::record(tx, Entry::new("sms.password_changed", "channel", id).created(&json!({})))?;
            }
            if after.gateway.driver == Driver::Smpp {
                // Whoever holds the line closes it, and opens another.
                queries::stands(tx, id, None, (None, ""))?;
            }
            tell::gateway(tx, id)?;
            SmsGatewayView::of(tx, after.gateway)
        })
        .await?;
    Ok(Json(view))
}
