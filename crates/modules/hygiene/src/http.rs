//! The operations.

mod contacts;
mod flagged;
mod purges;
mod rules;
mod verify;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(flagged::list))
        .routes(routes!(flagged::counts))
        .routes(routes!(contacts::read))
        .routes(routes!(contacts::log))
        .routes(routes!(verify::verify))
        .routes(routes!(rules::read, rules::change))
        .routes(routes!(purges::list, purges::create))
        .routes(routes!(purges::read))
        .routes(routes!(purges::items_of))
        .routes(routes!(purges::stop))
        .routes(routes!(purges::resume))
}
