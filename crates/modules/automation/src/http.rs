//! The operations.

mod history;
pub(crate) mod manage;
mod rehearse;

use http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(manage::list, manage::add))
        .routes(routes!(manage::change, manage::delete))
        .routes(routes!(manage::order))
        .routes(routes!(rehearse::rehearse))
        .routes(routes!(history::versions))
        .routes(routes!(history::restore))
        .routes(routes!(history::runs))
}
