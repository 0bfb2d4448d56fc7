//! Promises to customers: what was promised, by whom, until when, and whether it was kept.

mod api;
mod codes;
mod demo;
pub mod events;
mod guards;
mod http;
mod listen;
mod model;
mod policy;
mod privacy;
mod queries;
mod timeline;

use ::http::{ListTopic, Module, Privacy, Ties, TimelineSource};

pub use model::{Promise, PromiseState};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("promises")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611252243_promises"])
        .permissions(policy::PERMISSIONS)
        .list::<model::Promise>(ListTopic {
            topic: "promises",
            about: "What customers were promised, as far as one may see it.",
            kind: "promise.changed",
            says: "A promise is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .part(guards::closing())
        .part(guards::settling())
        .listener(listen::listener())
        .timeline(TimelineSource { module: "promises", read: timeline::read })
        .ties(Ties::open("promises", privacy::open))
        .privacy(Privacy { module: "promises", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
