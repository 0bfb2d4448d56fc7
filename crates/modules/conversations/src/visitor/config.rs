//! What the widget must know before anybody says anything.

use axum::{
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use channels::PublicChannel;
use http::{App, Json, Path, Problem};
use kernel::Origin;
use serde::Serialize;
use utoipa::ToSchema;

use crate::line::{Outlook, QueuePlace};

/// A channel, and what somebody who would write now has before them.
#[derive(Serialize, ToSchema)]
pub(crate) struct WidgetConfig {
    #[serde(flatten)]
    channel: PublicChannel,
    /// How many wait.
    waiting: i64,
    /// How long one would probably wait now, in milliseconds; null while nobody can tell.
    estimated_ms: Option<i64>,
}

/// The channel of this public key as anybody may know it; no secrets. Good for half a minute.
#[utoipa::path(get, path = "/widget/channels/{public_key}", tag = "widget", params(("public_key" = String, Path)), responses((status = 200, body = WidgetConfig)))]
pub(crate) async fn read(State(app): State<App>, Path(public_key): Path<String>) -> Response {
    // Anybody may know it: the page the widget stands in reads it from its own origin.
    ([(header::ACCESS_CONTROL_ALLOW_ORIGIN, "*")], known(&app, public_key).await).into_response()
}

async fn known(app: &App, public_key: String) -> Result<Response, Problem> {
    let line = app.part::<Box<dyn QueuePlace>>();
    let id = channels::api::named(app, public_key).await?;
    let config = app
        .db()
        .read(&Origin::system("widget"), move |tx| {
            let channel = channels::api::public(tx, &id)?;
            let Outlook { waiting, estimated_ms } = if channel.show_position {
                line.outlook(tx, id.id)?
            } else {
                Outlook::default()
            };
            Ok(WidgetConfig { channel, waiting, estimated_ms })
        })
        .await?;
    Ok(([(header::CACHE_CONTROL, "public, max-age=30")], Json(config)).into_response())
}
