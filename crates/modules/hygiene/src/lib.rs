//! What is out of date: customers with whom nothing happened for long, numbers and addresses that are dead, and removing
//! them with a second person's consent.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod jobs;
mod listen;
mod look;
mod model;
mod personal;
mod points;
mod policy;
mod purging;
mod queries;

use ::http::{ListTopic, Module, Privacy};

pub use model::{
    ContactOutcome, ContactPoint, ContactPointKind, ContactSignal, CustomerVerification, FlagReason, FlaggedCustomer,
    HygieneRules, Purge, PurgeItem, PurgeItemState, PurgeKind, PurgeState,
};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("hygiene")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611261600_hygiene", "202611261601_purges"])
        .permissions(policy::PERMISSIONS)
        .list::<Purge>(ListTopic {
            topic: "purges",
            about: "What is to be removed, as far as one may see it.",
            kind: "purge.changed",
            says: "A purge is there, or has come further.",
            may_read: policy::may_read_purges,
        })
        .privacy(Privacy { module: "hygiene", export: personal::export, erase: personal::erase })
        .listener(listen::contacts())
        .listener(listen::customers())
        .listener(listen::decisions())
        .app_job(jobs::look)
        .app_job(purging::work)
        .cron(jobs::schedule())
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
