//! Lists of customers that somebody brings along: read whatever they are, checked, taken in with what may be taken.

pub mod api;
mod codes;
mod columns;
mod demo;
pub mod events;
mod http;
mod jobs;
mod model;
mod policy;
mod privacy;
mod queries;
mod rows;
mod sheet;
mod target;
mod undoing;
mod words;

use ::http::{ListTopic, Locales, Module, Privacy};

pub use model::{Import, ImportField, ImportRefusal, ImportState, Undo, UndoOutcome};
pub use target::{TakeRows, Target, TargetField, TargetListing, TargetRow};

pub(crate) const LOCALES: Locales = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition: lists may be of customers, and of these.
pub fn module(targets: Vec<Target>) -> Module {
    Module::new("imports")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611260941_imports", "202611261348_targets", "202611270941_undo"])
        .permissions(policy::PERMISSIONS)
        .list::<Import>(ListTopic {
            topic: "imports",
            about: "Lists of customers that somebody brought along.",
            kind: "import.changed",
            says: "An import was begun, or has come further.",
            may_read: policy::may_read,
        })
        .privacy(Privacy { module: "imports", export: privacy::export, erase: privacy::erase })
        .part(target::Targets(targets))
        .app_job(jobs::work)
        .app_job(jobs::sweep)
        .cron(jobs::cron())
        .locales(LOCALES)
}
