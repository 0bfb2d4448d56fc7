//! Who looks after which customers: shared out among people as evenly as what must be allows, with the fewest moves.

mod api;
pub mod balance;
mod codes;
mod demo;
pub mod events;
mod http;
mod jobs;
mod model;
mod policy;
mod queries;
mod solve;

use ::http::{ListTopic, Module};

pub use model::{AllocationRun, AllocationState};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("allocation")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611261330_allocation"])
        .permissions(policy::PERMISSIONS)
        .list::<AllocationRun>(ListTopic {
            topic: "allocation_runs",
            about: "Customers shared out among people.",
            kind: "allocation_run.changed",
            says: "A run was begun, or has come further.",
            may_read: policy::may_read,
        })
        .app_job(jobs::work)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
