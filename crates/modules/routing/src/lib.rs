//! Who gets which conversation: one queue, presence, offers as leases.

mod allocate;
mod codes;
mod desk;
pub mod events;
mod http;
mod model;
mod policy;
mod queries;
mod topics;

use ::http::Module;

pub use model::{Offer, OfferState, OfferView, Presence, PresenceState, Queue};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("routing")
        .routes(http::routes())
        .topics(topics::RoutingTopics)
        .background(Box::new(desk::start))
        .migrations(store::migrations!["202611221300_routing"])
        .permissions(policy::PERMISSIONS)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
