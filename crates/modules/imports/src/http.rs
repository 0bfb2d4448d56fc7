//! The operations.

mod create;
mod list;
mod plan;
mod refusals;
mod undo;
mod work;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::read))
        .routes(routes!(plan::preview))
        .routes(routes!(plan::plan))
        .routes(routes!(work::check))
        .routes(routes!(work::run))
        .routes(routes!(work::stop))
        .routes(routes!(refusals::list))
        .routes(routes!(refusals::export))
        .routes(routes!(undo::undo))
        .routes(routes!(undo::kept))
        .routes(routes!(undo::export))
}
