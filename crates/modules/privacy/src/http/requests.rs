//! What persons ask of their data.

mod close;
mod copy;
mod list;
mod receive;
mod view;

use http::App;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, receive::receive))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(close::verify))
        .routes(routes!(close::complete))
        .routes(routes!(close::refuse))
        .routes(routes!(close::take_back))
        .routes(routes!(copy::make, copy::download))
}
