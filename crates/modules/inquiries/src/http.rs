//! The operations.

mod change;
mod create;
mod daily;
mod export;
mod list;
mod of_conversation;
mod sign;
mod view;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) use view::RecordView;

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(list::list, create::create))
        .routes(routes!(list::read, change::change))
        .routes(routes!(list::versions))
        .routes(routes!(change::correct))
        .routes(routes!(of_conversation::read, of_conversation::write))
        .routes(routes!(daily::list))
        .routes(routes!(daily::read))
        .routes(routes!(sign::sign))
        .routes(routes!(export::export))
}
