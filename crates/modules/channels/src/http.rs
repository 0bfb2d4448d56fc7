//! The operations.

mod change;
mod create;
mod identity_secret;
mod invitations;
mod read;
mod snippet;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(identity_secret::renew))
        .routes(routes!(invitations::list))
        .routes(routes!(snippet::read))
}
