//! The page inside the widget's frame: who may frame it is the channel's to say.

use axum::{
    Router,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{App, Problem, Query};
use kernel::Error;
use serde::Deserialize;

/// `/widget/frame?channel=KEY`: 404 without such a channel.
pub fn routes() -> Router<App> {
    Router::new().route("/widget/frame", get(frame))
}

/// Which channel's.
#[derive(Deserialize)]
struct Framed {
    channel: String,
}

async fn frame(State(app): State<App>, query: Result<Query<Framed>, Response>, headers: HeaderMap) -> Response {
    let Ok(Query(Framed { channel })) = query else { return web::no_frame() };
    match channels::api::named(&app, channel).await {
        Ok(channel) => web::frame(&channel.allowed_origins.0, &headers),
        Err(Error::NotFound) => web::no_frame(),
        Err(error) => Problem(error).into_response(),
    }
}
