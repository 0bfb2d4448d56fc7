//! The operations.

mod change;
mod close;
mod create;
mod hand_on;
mod list;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::counts))
        .routes(routes!(list::read, change::change))
        .routes(routes!(close::complete))
        .routes(routes!(close::cancel))
        .routes(routes!(close::reopen))
        .routes(routes!(hand_on::reassign))
        .routes(routes!(hand_on::take))
}
