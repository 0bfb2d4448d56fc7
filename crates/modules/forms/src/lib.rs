//! A department's own fields on the forms of complaints and feedback, and what was filled in.

pub mod api;
mod codes;
mod demo;
mod http;
mod model;
mod policy;
mod queries;

use ::http::Module;

pub use model::{FormChoice, FormEntry, FormField, FormFieldKind, FormKind};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("forms")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611270924_forms"])
        .permissions(policy::PERMISSIONS)
        .locales(LOCALES)
}
