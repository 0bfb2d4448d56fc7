//! The operations.

mod members;
mod posts;
mod responsibilities;
mod units;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(units::list, units::create))
        .routes(routes!(units::change))
        .routes(routes!(units::relocate))
        .routes(routes!(units::close, units::reopen))
        .routes(routes!(units::history))
        .routes(routes!(posts::list, posts::create))
        .routes(routes!(posts::change))
        .routes(routes!(responsibilities::read, responsibilities::set))
        .routes(routes!(responsibilities::holders))
        .routes(routes!(members::list))
        .routes(routes!(members::place))
}
