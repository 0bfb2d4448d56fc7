//! The operations.

mod assign;
mod close;
mod export;
mod lead;
mod links;
mod list;
mod messages;
mod participants;
mod read;
mod reasons;
mod search;
mod snooze;
mod tags;
mod threads;
mod viewing;
mod views;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, list::open))
        .routes(routes!(list::counts))
        .routes(routes!(list::read))
        .routes(routes!(messages::list, messages::post))
        .routes(routes!(messages::edit))
        .routes(routes!(messages::recall))
        .routes(routes!(messages::versions))
        .routes(routes!(messages::typing))
        .routes(routes!(viewing::look, viewing::leave))
        .routes(routes!(participants::candidates))
        .routes(routes!(participants::invite))
        .routes(routes!(participants::allow))
        .routes(routes!(participants::part))
        .routes(routes!(read::mark_read))
        .routes(routes!(close::close))
        .routes(routes!(close::wrap_up))
        .routes(routes!(tags::set))
        .routes(routes!(links::list))
        .routes(routes!(links::link, links::unlink))
        .routes(routes!(threads::merge, threads::undo))
        .routes(routes!(threads::split))
        .routes(routes!(threads::resume))
        .routes(routes!(views::list, views::add))
        .routes(routes!(views::change, views::delete))
        .routes(routes!(snooze::times))
        .routes(routes!(snooze::put_away, snooze::wake))
        .routes(routes!(export::export))
        .routes(routes!(lead::save))
        .routes(routes!(reasons::list, reasons::add))
        .routes(routes!(reasons::change))
        .routes(routes!(assign::assign))
        .routes(routes!(search::search))
}
