//! The operations.

mod list;
mod write;

use http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, write::create))
        .routes(routes!(write::change, write::delete))
        .routes(routes!(list::count_use))
}
