//! Canned replies: what is said often, written once.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod model;
mod policy;
mod queries;
mod reading;

use ::http::Module;

pub use model::{CannedReply, CannedScope};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("knowledge")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611251613_canned_replies"])
        .permissions(policy::PERMISSIONS)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
