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

use ::http::{ListTopic, Module, Privacy, Ties};

pub use model::{Ask, AskLine, AskState, Found};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("asks")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611260220_asks"])
        .permissions(policy::PERMISSIONS)
        .list::<model::Ask>(ListTopic {
            topic: "asks",
            about: "What was asked of supervisors, as far as one may see it.",
            kind: "ask.changed",
            says: "An ask is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .listener(listen::tasks())
        .listener(listen::conversations())
        .listener(listen::gaps())
        .ties(Ties::open("asks", privacy::open))
        .privacy(Privacy { module: "asks", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
