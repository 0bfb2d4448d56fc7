//! The operations.

mod change;
mod convert;
mod create;
mod duplicates;
mod erase;
mod export;
mod list;
mod merge;
mod read;
mod suggestions;
mod timeline;
mod unmask;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(read::read, change::change))
        .routes(routes!(unmask::unmask))
        .routes(routes!(convert::convert))
        .routes(routes!(merge::merge, merge::unmerge))
        .routes(routes!(timeline::timeline))
        .routes(routes!(suggestions::list))
        .routes(routes!(suggestions::of_customer))
        .routes(routes!(suggestions::accept, suggestions::take_back))
        .routes(routes!(suggestions::dismiss, suggestions::reconsider))
        .routes(routes!(duplicates::list, duplicates::begin))
        .routes(routes!(duplicates::stop))
        .routes(routes!(erase::erase))
        .routes(routes!(export::export))
}
