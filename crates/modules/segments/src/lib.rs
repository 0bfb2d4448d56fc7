//! Lists of customers drawn by rule over everything modules know of them, who belonged to them when, and lists taken
//! along as files.

pub mod api;
mod bits;
mod codes;
mod column;
mod demo;
mod engine;
pub mod events;
mod export;
mod history;
mod http;
mod jobs;
mod keeping;
mod known;
mod members;
mod model;
mod policy;
mod queries;
mod rule;
mod sheet;
mod writing;

use ::http::{ListTopic, Locales, Module};

pub use export::{CustomerExport, ExportColumn, ExportFormat, ExportState};
pub use members::MemberSort;
pub use model::Segment;
pub use rule::{Condition, Rule, SegmentMatch, SegmentTest};

pub(crate) const LOCALES: Locales = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("segments")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611261317_segments", "202611261318_exports"])
        .permissions(policy::PERMISSIONS)
        .list::<CustomerExport>(ListTopic {
            topic: "customer_exports",
            about: "Lists of customers that are being written into files.",
            kind: "customer_export.changed",
            says: "An export was begun, or has come further.",
            may_read: policy::may_export,
        })
        .listener(keeping::listen())
        .app_job(keeping::refresh)
        .app_job(jobs::keep)
        .app_job(writing::work)
        .cron(keeping::cron())
        .cron(jobs::cron())
        .background(Box::new(keeping::take_up))
        .locales(LOCALES)
}
