//! The operations.

mod explain;
mod lifecycle;
mod overview;
mod win_backs;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(overview::overview))
        .routes(routes!(overview::count))
        .routes(routes!(overview::list))
        .routes(routes!(overview::services))
        .routes(routes!(explain::explain))
        .routes(routes!(lifecycle::board))
        .routes(routes!(lifecycle::steps))
        .routes(routes!(lifecycle::rules, lifecycle::set))
        .routes(routes!(lifecycle::preview))
        .routes(routes!(win_backs::list, win_backs::begin))
        .routes(routes!(win_backs::preview))
        .routes(routes!(win_backs::read))
        .routes(routes!(win_backs::members))
        .routes(routes!(win_backs::tell))
}
