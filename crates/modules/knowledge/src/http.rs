//! The operations.

mod articles;
mod categories;
mod gaps;
mod list;
mod write;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, write::create))
        .routes(routes!(write::change, write::delete))
        .routes(routes!(list::count_use))
        .merge(articles::routes())
        .routes(routes!(categories::list, categories::create))
        .routes(routes!(categories::change, categories::delete))
        .routes(routes!(gaps::list, gaps::report))
        .routes(routes!(gaps::counts))
        .routes(routes!(gaps::read))
        .routes(routes!(gaps::dismiss))
}
