//! The operations.

mod change;
mod create;
mod probe;
mod read;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(probe::probe))
}
