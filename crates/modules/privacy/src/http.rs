//! The operations.

mod consents;
mod peace;
mod requests;
mod texts;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(consents::read, consents::record))
        .routes(routes!(texts::list, texts::add))
        .routes(routes!(texts::retire))
        .routes(routes!(peace::enter))
        .routes(routes!(peace::lift))
        .merge(requests::routes())
}
