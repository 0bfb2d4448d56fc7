//! The operations.

mod about;
mod change;
mod export;
mod list;
mod make;
mod rules;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, make::make))
        .routes(routes!(list::counts))
        .routes(routes!(export::export))
        .routes(routes!(list::read, change::change))
        .routes(routes!(list::evidence, make::add))
        .routes(routes!(list::history))
        .routes(routes!(change::advance))
        .routes(routes!(change::plan))
        .routes(routes!(change::complete))
        .routes(routes!(rules::list, rules::make))
        .routes(routes!(rules::change))
        .routes(routes!(rules::look))
}
