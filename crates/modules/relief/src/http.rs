//! The operations.

mod abuse;
mod days;
mod mine;
mod relieve;
mod rules;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(mine::mine))
        .routes(routes!(mine::take))
        .routes(routes!(abuse::mark))
        .routes(routes!(abuse::list))
        .routes(routes!(abuse::withdraw))
        .routes(routes!(days::days))
        .routes(routes!(relieve::relieve))
        .routes(routes!(rules::read, rules::change))
}
