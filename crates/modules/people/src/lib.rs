//! Departments, teams, posts, and who belongs where.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod model;
mod placement;
mod policy;
mod queries;
mod raci;

use ::http::Module;

pub use model::{Member, Membership, Post, Tree, UnitKind, UnitPlace, UnitRow};
pub use raci::{Activity, Part, PartHolder, Responsibility};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("people")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611221100_people", "202611260932_responsibilities"])
        .permissions(policy::PERMISSIONS)
        .part(placement::placement())
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
