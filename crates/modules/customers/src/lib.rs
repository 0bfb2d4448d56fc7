//! The people served: who they are, on which channels, and which of them are one.

pub mod api;
mod codes;
mod contact;
mod demo;
pub mod events;
mod http;
mod identify;
mod model;
mod policy;
mod queries;
mod serving;
mod stage;

use ::http::Module;

pub use model::{Customer, CustomerCard, CustomerState};
pub use serving::Serving;
pub use stage::{NewLead, Stage};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("customers")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611221200_customers", "202611260242_stages"])
        .part(serving::nobody())
        .permissions(policy::PERMISSIONS)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
