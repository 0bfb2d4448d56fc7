//! What persons ask of their data.

mod close;
mod copy;
mod list;
mod receive;
mod unknown;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, receive::receive))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(close::verify))
        .routes(routes!(close::complete))
        .routes(routes!(close::refuse))
        .routes(routes!(close::take_back))
        .routes(routes!(unknown::search))
        .routes(routes!(unknown::link))
        .routes(routes!(unknown::nothing_held))
        .routes(routes!(unknown::unmask))
        .routes(routes!(copy::make, copy::download))
}
