//! The trail: who did what, to what, from where.

pub mod api;
mod http;
mod model;
mod policy;
mod queries;

use ::http::Module;

pub use model::AuditEntry;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("audit")
        .routes(http::routes())
        .migrations(store::migrations!["202611221000_audit"])
        .permissions(policy::PERMISSIONS)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
