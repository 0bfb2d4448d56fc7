//! The operations.

mod close;
mod list;
mod make;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, make::make))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(close::keep))
        .routes(routes!(close::withdraw))
}
