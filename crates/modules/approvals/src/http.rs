//! The operations.

mod ask;
mod decide;
mod delegations;
mod limits;
mod list;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, ask::ask))
        .routes(routes!(list::read))
        .routes(routes!(decide::decide))
        .routes(routes!(decide::withdraw))
        .routes(routes!(limits::read, limits::replace))
        .routes(routes!(delegations::list, delegations::create))
        .routes(routes!(delegations::revoke))
}
