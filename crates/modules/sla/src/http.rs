//! The operations.

mod misses;
mod policies;
mod preview;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(policies::list, policies::add))
        .routes(routes!(policies::change, policies::delete))
        .routes(routes!(policies::order))
        .routes(routes!(preview::preview))
        .routes(routes!(misses::list))
        .routes(routes!(misses::figures))
        .routes(routes!(misses::of_conversation))
}
