//! Answers from the knowledge while a customer waits, given only when they are sure.

mod asking;
mod attend;
mod codes;
mod demo;
mod http;
mod listen;
mod mask;
mod model;
mod policy;
mod privacy;
mod propose;
mod queries;
mod question;

use ::http::{Module, Privacy};

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
        .migrations(store::migrations!["202611260545_assistant", "202611260931_assistant_model"])
        .permissions(policy::PERMISSIONS)
        .listener(listen::listener())
        .job(asking::handler())
        .privacy(Privacy { module: "assistant", export: privacy::export, erase: privacy::erase })
        .demo(demo::tell)
        .locales(LOCALES)
}
