//! What systems of others call. Who asks is said by the signature of the call.

mod departures;
mod messages;
mod receipts;
mod typing;
mod uploads;

use customers::api::Given;
use http::App;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::{OpenApiRouter, routes};

pub(crate) fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(messages::take))
        .routes(routes!(uploads::announce))
        .routes(routes!(uploads::receive))
        .routes(routes!(receipts::take))
        .routes(routes!(typing::tell))
        .routes(routes!(departures::take))
}

/// Who writes.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct OpenUser {
    /// What your system knows them by, for good: 1 to 150 characters. Never a name.
    id: String,
    /// Their name; cut at 80 characters.
    name: Option<String>,
    /// Their phone number, in any spelling.
    phone: Option<String>,
    /// Their e-mail address.
    email: Option<String>,
}

impl OpenUser {
    fn given(&self) -> Given {
        Given { name: self.name.clone(), phone: self.phone.clone(), email: self.email.clone() }
    }
}
