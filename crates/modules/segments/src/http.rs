//! The operations.

mod attributes;
mod change;
mod exports;
mod list;
mod members;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, change::create))
        .routes(routes!(attributes::list))
        .routes(routes!(members::preview))
        .routes(routes!(list::read, change::change, change::remove))
        .routes(routes!(change::restore))
        .routes(routes!(members::count))
        .routes(routes!(members::list))
        .routes(routes!(members::days))
        .routes(routes!(members::comparison))
        .routes(routes!(exports::list, exports::create))
        .routes(routes!(exports::read))
        .routes(routes!(exports::stop))
        .routes(routes!(exports::file))
}
