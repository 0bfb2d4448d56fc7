//! What contacts cost those who bear them: counted, and relieved by pauses.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod jobs;
mod listen;
mod model;
mod pauses;
mod policy;
mod privacy;
mod queries;

use ::http::{ListTopic, Module, Privacy};

pub use model::{AbuseKind, AbusiveContact, PauseCause, ReliefDay, ReliefPause, ReliefRules};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("relief")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611260701_relief"])
        .permissions(policy::PERMISSIONS)
        .list::<model::ReliefDay>(ListTopic {
            topic: "relief",
            about: "What people had to bear today, as far as one may see it.",
            kind: "relief.changed",
            says: "A person's day, or their pause, changed.",
            may_read: policy::may_read,
        })
        .listener(listen::contacts())
        .listener(listen::presences())
        .job(jobs::ending())
        .cron(jobs::schedule())
        .privacy(Privacy { module: "relief", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
