//! The operations.

mod business_hours;
mod business_time;
pub(crate) mod demo;
mod jobs;
pub(crate) mod organisation;
mod setup;
mod special_days;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(setup::read, setup::set_up, setup::proceed))
        .routes(routes!(demo::read, demo::begin))
        .routes(routes!(organisation::read, organisation::change))
        .routes(routes!(business_hours::read, business_hours::change))
        .routes(routes!(special_days::list, special_days::create))
        .routes(routes!(special_days::delete))
        .routes(routes!(special_days::import))
        .routes(routes!(business_time::read))
        .routes(routes!(business_time::due))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::retry))
        .routes(routes!(jobs::discard))
}
