//! The operations.

mod figures;
mod list;
mod rules;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list))
        .routes(routes!(figures::figures))
        .routes(routes!(rules::read, rules::change))
}
