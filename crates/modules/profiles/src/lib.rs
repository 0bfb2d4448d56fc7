//! The depth of a customer's file: what an installation keeps of its customers besides what everybody does.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod fields;
mod http;
mod model;
mod policy;
mod privacy;
mod profile;
mod queries;
mod value;
mod values;

use ::http::{Module, Privacy};

pub use model::{CustomerField, CustomerFieldKind, CustomerKind};
pub use values::Learnt;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("profiles")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611261300_fields"])
        .permissions(policy::PERMISSIONS)
        .privacy(Privacy { module: "profiles", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
