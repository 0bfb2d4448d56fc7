//! Articles.

pub(super) mod desk;
mod read;
mod review;
mod versions;
mod view;
mod write;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(super) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(read::list, write::create))
        .routes(routes!(read::preview))
        .routes(routes!(desk::suggest))
        .routes(routes!(read::read, write::change))
        .routes(routes!(write::drop_draft))
        .routes(routes!(review::submit, review::take_back))
        .routes(routes!(review::publish))
        .routes(routes!(review::give_back))
        .routes(routes!(review::archive, review::restore))
        .routes(routes!(review::verify))
        .routes(routes!(review::hand_over))
        .routes(routes!(versions::list))
        .routes(routes!(versions::read))
        .routes(routes!(versions::restore))
        .routes(routes!(desk::vote))
        .routes(routes!(desk::count_use))
}
