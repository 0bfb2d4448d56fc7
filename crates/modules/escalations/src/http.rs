//! The operations.

mod close;
mod ladders;
mod list;
mod raise;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, raise::raise))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(close::say))
        .routes(routes!(close::solve))
        .routes(routes!(close::withdraw))
        .routes(routes!(ladders::list, ladders::add))
        .routes(routes!(ladders::change))
}
