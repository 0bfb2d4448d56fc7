//! Trying whether a gateway lets us in.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::ChannelId;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use crate::{gateway, queries};

/// How a gateway was found.
#[derive(Serialize, ToSchema)]
pub(crate) struct SmsProbe {
    /// What stands in the way, by its name among the reasons of deliveries; none: nothing.
    trouble: Option<String>,
    /// The same in the other side's words.
    detail: String,
    /// How long it took, in milliseconds.
    took_ms: i64,
}

/// Calls the gateway with a test, signed as messages are: `{"type":"probe"}`; or signs in on its line and out
/// again. Nobody gets a message.
#[utoipa::path(post, path = "/sms-gateways/{id}/probe", tag = "sms", params(("id" = ChannelId, Path)), responses((status = 200, body = SmsProbe)))]
pub(crate) async fn probe(cx: Cx, Path(id): Path<ChannelId>) -> Answer<SmsProbe> {
    let setup = cx
        .write(move |tx| {
            let _permit = channels::api::may_manage(tx.actor(), tx.now())?;
            let setup = queries::setup(tx, id)?;
            audit::api::record(tx, Entry::new("sms.gateway_tried", "channel", id).created(&json!({})))?;
            Ok(setup)
        })
        .await?;
    let app = cx.app();
    let began = app.clock().now();
    let found = gateway::of(setup.gateway.driver).probe(app, &setup).await;
    let took_ms = app.clock().now().since(began).max(0);
    let (trouble, detail) = match found {
        Ok(()) => (None, String::new()),
        Err(why) => (Some(why.code.to_owned()), why.text.chars().filter(|c| !c.is_control()).take(300).collect()),
    };
    Ok(Json(SmsProbe { trouble, detail, took_ms }))
}
