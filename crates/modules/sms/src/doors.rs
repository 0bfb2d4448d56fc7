//! What gateways that speak by signed calls call. Who asks is said by the signature of the call.

mod messages;
mod receipts;

use http::App;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new().routes(routes!(messages::take)).routes(routes!(receipts::take))
}
