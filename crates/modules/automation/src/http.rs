//! The operations.

mod batches;
mod history;
mod long_batches;
mod macros;
pub(crate) mod manage;
mod rehearse;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(manage::list, manage::add))
        .routes(routes!(manage::change, manage::delete))
        .routes(routes!(manage::order))
        .routes(routes!(rehearse::rehearse))
        .routes(routes!(history::versions))
        .routes(routes!(history::restore))
        .routes(routes!(history::runs))
        .routes(routes!(macros::list, macros::add))
        .routes(routes!(macros::change, macros::delete))
        .routes(routes!(macros::run))
        .routes(routes!(macros::try_out))
        .routes(routes!(batches::run))
        .routes(routes!(long_batches::list, long_batches::begin))
        .routes(routes!(long_batches::rows))
        .routes(routes!(long_batches::cancel))
        .routes(routes!(long_batches::undo))
}
