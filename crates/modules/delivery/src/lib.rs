//! What every channel shares whose far end is not ours: carrying what is said to the customer, in
//! order and until it arrived or is known to have failed, and taking in what the customer says.

pub mod api;
mod arrive;
mod carrier;
mod carry;
mod codes;
pub mod events;
mod http;
mod listen;
mod model;
mod privacy;
mod queries;
mod sweep;
mod tell;

use ::http::{Module, Privacy, Telling};

pub use arrive::{Arrived, Dropped, Incoming, IncomingFile};
pub use carrier::{Carried, Carrier, Limits, Parcel, Parts, Refused, Why};
pub use model::{Delivery, DeliveryState};

/// This module, for the composition, with whoever carries for each kind of channel.
pub fn module(carriers: Vec<Box<dyn Carrier>>) -> Module {
    let carriers = carrier::Carriers::new(carriers);
    Module::new("delivery")
        .tells(
            Telling::beside("conversation:{id}", "What became of the messages that a channel carries.")
                .note::<events::DeliveryChanged>(
                events::DeliveryChanged::KIND,
                "A message was carried, arrived, was read, or could not be carried.",
            ),
        )
        .routes(http::routes())
        .migrations(store::migrations!["202611260310_deliveries"])
        .part(carriers.clone())
        .listener(listen::listen(carriers.clone()))
        .app_job(move |app, cx, job| carry::run(app, cx, carriers.clone(), job))
        .chore("delivery.sweep", "41 3 * * *", sweep::sweep)
        .privacy(Privacy { module: "delivery", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
