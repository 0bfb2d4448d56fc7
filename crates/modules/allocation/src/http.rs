//! The operations.

mod candidates;
mod plan;
mod read;
mod turn;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read::list, plan::create))
        .routes(routes!(read::read))
        .routes(routes!(plan::plan))
        .routes(routes!(read::moves))
        .routes(routes!(turn::apply))
        .routes(routes!(turn::undo))
        .routes(routes!(candidates::list))
}
