//! The operations.

mod design;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(design::read, design::write))
}
