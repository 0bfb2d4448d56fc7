//! The operations.

mod batches;
pub(crate) mod classify;
mod contacts;
mod feed;
mod owners;
mod reports;
mod rules;
mod territories;
mod updates;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(rules::read, rules::change))
        .routes(routes!(batches::list, batches::today))
        .routes(routes!(batches::read, batches::note))
        .routes(routes!(batches::add))
        .routes(routes!(batches::remove))
        .routes(routes!(batches::submit))
        .routes(routes!(classify::classify))
        .routes(routes!(feed::hand_over))
        .routes(routes!(updates::summary, updates::confirm))
        .routes(routes!(updates::missing))
        .routes(routes!(contacts::list))
        .routes(routes!(contacts::counts))
        .routes(routes!(contacts::file))
        .routes(routes!(owners::read, owners::name))
        .routes(routes!(owners::hand_over))
        .routes(routes!(territories::list, territories::draw))
        .routes(routes!(territories::change))
        .routes(routes!(reports::list, reports::report))
        .routes(routes!(reports::note))
        .routes(routes!(reports::week))
}
