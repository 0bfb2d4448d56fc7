//! The operations.

mod answer;
mod ask;
mod list;
mod sort;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, ask::ask))
        .routes(routes!(list::counts))
        .routes(routes!(list::supervisor))
        .routes(routes!(list::read))
        .routes(routes!(answer::say))
        .routes(routes!(answer::answer))
        .routes(routes!(answer::withdraw))
        .routes(routes!(sort::sort))
}
