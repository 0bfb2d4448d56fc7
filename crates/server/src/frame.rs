//! The page inside the widget's frame: who may frame it is the channel's to say.

use axum::{
    Router,
    extract::State,
    http::HeaderMap,
    response::{IntoResponse, Response},
    routing::get,
};
use http::{App, Problem, Query};
use kernel::{Error, Origin};
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
    let found = app
        .db()
        .read(&Origin::system("widget"), move |tx| match channel.as_str() {
            // The trial page of a new installation knows no key yet.
            "default" => channels::api::first_web_chat(tx),
            key => channels::api::by_public_key(tx, key),
        })
        .await;
    match found {
        Ok(channel) => web::frame(&channel.allowed_origins.0, &headers),
        Err(Error::NotFound) => web::no_frame(),
        Err(error) => Problem(error).into_response(),
    }
}
