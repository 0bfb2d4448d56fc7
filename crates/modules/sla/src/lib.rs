//! Service levels: within what time customers are to be answered and conversations to be over, what is near
//! its end, and what was missed.

pub mod api;
mod codes;
mod demo;
mod derive;
pub mod events;
mod http;
mod jobs;
mod ledger;
mod listen;
mod model;
mod policy;
mod queries;
mod timer;

use ::http::{ListTopic, Module};

pub use model::{ChannelKinds, QueueIds, SlaCase, SlaMiss, SlaPolicy};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("sla")
        .demo(demo::tell)
        .routes(http::routes())
        .list::<model::SlaMiss>(ListTopic {
            topic: "sla",
            about: "What was not done in time, as far as one may see it.",
            kind: "sla_miss.changed",
            says: "Something was missed, or done at last.",
            may_read: policy::may_read,
        })
        .background(Box::new(timer::start))
        .migrations(store::migrations!["202611260215_sla", "202611261415_tier"])
        .permissions(policy::PERMISSIONS)
        .listener(listen::listener())
        .job(jobs::handler())
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
