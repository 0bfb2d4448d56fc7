//! How long what customers said is kept, by kind of record and channel, and its removal when that time is over.

pub mod api;
mod codes;
mod http;
mod jobs;
mod model;
mod policy;
mod queries;

use ::http::Module;

pub use model::RetentionTerm;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("retention")
        .routes(http::routes())
        .migrations(store::migrations!["202611262033_retention"])
        .permissions(policy::PERMISSIONS)
        .app_job(jobs::remove)
        .cron(jobs::schedule())
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
