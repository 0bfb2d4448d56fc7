//! The operations.

mod calls;
mod change;
mod create;
mod probe;
mod read;
mod secret;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read::list, create::create))
        .routes(routes!(read::read, change::change, change::delete))
        .routes(routes!(read::kinds))
        .routes(routes!(secret::renew))
        .routes(routes!(probe::probe))
        .routes(routes!(calls::list))
        .routes(routes!(calls::retry))
}
