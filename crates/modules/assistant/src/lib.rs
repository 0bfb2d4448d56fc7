//! Answers from the knowledge while a customer waits, given only when they are sure.

mod attend;
mod codes;
mod http;
mod listen;
mod model;
mod policy;
mod queries;

use ::http::Module;

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("assistant")
        .routes(http::routes())
        .migrations(store::migrations!["202611260545_assistant"])
        .permissions(policy::PERMISSIONS)
        .listener(listen::listener())
        .locales(LOCALES)
}
