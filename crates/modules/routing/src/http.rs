//! The operations.

pub(crate) mod offers;
pub(crate) mod presence;
mod queues;

use http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(presence::read, presence::change))
        .routes(routes!(presence::list))
        .routes(routes!(queues::list))
        .routes(routes!(queues::change))
        .routes(routes!(offers::list))
        .routes(routes!(offers::accept))
        .routes(routes!(offers::refuse))
}
