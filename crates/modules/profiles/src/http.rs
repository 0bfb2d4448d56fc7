//! The operations.

mod fields;
mod read;
mod set;

use http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(fields::list, fields::add))
        .routes(routes!(fields::change))
        .routes(routes!(read::profile))
        .routes(routes!(read::history))
        .routes(routes!(set::set))
        .routes(routes!(read::unmask))
}
