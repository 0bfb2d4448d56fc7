//! The operations.

mod addresses;
mod completeness;
mod fields;
mod observations;
mod organisations;
mod read;
mod set;
mod tags;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(fields::list, fields::add))
        .routes(routes!(fields::change))
        .routes(routes!(read::profile))
        .routes(routes!(read::history))
        .routes(routes!(set::set))
        .routes(routes!(read::unmask))
        .routes(routes!(tags::list, tags::add))
        .routes(routes!(tags::change))
        .routes(routes!(tags::set, tags::take_off))
        .routes(routes!(observations::add))
        .routes(routes!(observations::change, observations::withdraw))
        .routes(routes!(organisations::set_kind))
        .routes(routes!(organisations::link))
        .routes(routes!(organisations::unlink))
        .routes(routes!(addresses::add))
        .routes(routes!(addresses::change, addresses::remove))
        .routes(routes!(addresses::unmask))
        .routes(routes!(completeness::list))
        .routes(routes!(completeness::set))
}
