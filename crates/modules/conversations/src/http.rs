//! The operations.

mod assign;
mod close;
mod list;
mod messages;
mod read;
mod search;

use http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, list::open))
        .routes(routes!(list::read))
        .routes(routes!(messages::list, messages::post))
        .routes(routes!(read::mark_read))
        .routes(routes!(close::close))
        .routes(routes!(assign::assign))
        .routes(routes!(search::search))
}
