//! The operations.

mod change;
mod conversation;
mod create;
mod grant;
mod page;
mod probe;
mod read;
mod retry;
mod senders;
mod unreadable;
mod write;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(probe::probe))
        .routes(routes!(probe::fetch))
        .routes(routes!(grant::set_out))
        .routes(routes!(unreadable::list))
        .routes(routes!(unreadable::raw))
        .routes(routes!(senders::list))
        .routes(routes!(conversation::list, write::answer))
        .routes(routes!(write::first))
        .routes(routes!(write::forward))
        .routes(routes!(page::read))
        .routes(routes!(retry::retry))
}

/// Where a provider sends people back to.
pub(crate) fn outside() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(grant::callback))
}
