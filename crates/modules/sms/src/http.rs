//! The operations.

mod change;
mod create;
mod opt_outs;
mod probe;
mod read;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(probe::probe))
        .routes(routes!(opt_outs::list, opt_outs::add))
        .routes(routes!(opt_outs::remove))
}
