//! The operations.

mod declare;
mod links;
mod list;
mod review;
mod updates;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, declare::declare))
        .routes(routes!(list::current))
        .routes(routes!(list::read, declare::change))
        .routes(routes!(list::of_conversation))
        .routes(routes!(declare::say))
        .routes(routes!(links::list))
        .routes(routes!(links::candidates))
        .routes(routes!(links::link))
        .routes(routes!(links::unlink))
        .routes(routes!(updates::send))
        .routes(routes!(updates::sendings))
        .routes(routes!(review::review))
}
