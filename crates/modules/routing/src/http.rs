//! The operations.

mod colleagues;
pub(crate) mod desk;
pub(crate) mod offers;
pub(crate) mod presence;
mod queues;
mod reasons;
mod skills;
mod spells;
mod transfer;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(presence::read, presence::change))
        .routes(routes!(presence::list))
        .routes(routes!(spells::list))
        .routes(routes!(presence::order))
        .routes(routes!(presence::set_capacity))
        .routes(routes!(colleagues::list))
        .routes(routes!(reasons::list, reasons::add))
        .routes(routes!(reasons::change, reasons::delete))
        .routes(routes!(queues::list, queues::add))
        .routes(routes!(queues::change, queues::delete))
        .routes(routes!(desk::read))
        .routes(routes!(transfer::transfer))
        .routes(routes!(transfer::take_over))
        .routes(routes!(offers::list))
        .routes(routes!(offers::accept))
        .routes(routes!(offers::refuse))
        .routes(routes!(offers::explain))
        .routes(routes!(offers::explain_conversation))
        .routes(routes!(skills::list, skills::add))
        .routes(routes!(skills::change, skills::delete))
        .routes(routes!(skills::list_people))
        .routes(routes!(skills::set))
}
