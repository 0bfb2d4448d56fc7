//! The operations.

mod read;
mod take;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(read::list, take::take)).routes(routes!(read::read))
}
