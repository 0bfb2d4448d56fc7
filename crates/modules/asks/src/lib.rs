//! What agents ask their supervisors when they cannot answer, and what comes of it.

mod alike;
mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod listen;
mod model;
mod policy;
mod privacy;
mod queries;
mod topics;

use ::http::{Module, Privacy};

pub use model::{Ask, AskLine, AskState, Found};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("asks")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611260220_asks"])
        .permissions(policy::PERMISSIONS)
        .topics(topics::AskTopics)
        .listener(listen::tasks())
        .listener(listen::conversations())
        .privacy(Privacy { module: "asks", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
