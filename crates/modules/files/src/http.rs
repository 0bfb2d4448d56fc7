//! The operations.

mod read;
mod send;

use axum::extract::DefaultBodyLimit;
use http::App;
use utoipa::{OpenApiRouter, routes};

use crate::api;

pub(crate) fn routes() -> OpenApiRouter<App> {
    let sending = OpenApiRouter::new().routes(routes!(send::send)).layer(DefaultBodyLimit::max(api::REQUEST));
    OpenApiRouter::new().merge(sending).routes(routes!(read::read)).routes(routes!(read::content))
}
