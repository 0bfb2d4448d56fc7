//! Automation: when something happens to a conversation and certain things hold, certain things are done.

mod act;
mod codes;
mod compile;
mod demo;
mod hand;
mod http;
mod jobs;
mod listen;
mod model;
mod notice;
mod policy;
mod queries;
mod runs;
mod scene;

use ::http::{ListTopic, Module};

pub use model::{
    Action, Actions, Automation, AutomationEvent, AutomationRun, AutomationVersion, Condition, ConditionField,
    ConditionOp, Findings, Holder, Macro, MacroScope, RunOutcome, Spec,
};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("automation")
        .demo(demo::tell)
        .routes(http::routes())
        .list::<notice::Notice>(ListTopic {
            topic: "notices",
            about: "What automations tell one, while one is there.",
            kind: "automation.notice",
            says: "Something that one is to know now.",
            // As far as one reads conversations; each notice says whom it is for.
            may_read: |actor| actor.scope("conversations.read"),
        })
        .migrations(store::migrations!["202611260240_automation", "202611260611_macros"])
        .permissions(policy::PERMISSIONS)
        .listener(listen::listener())
        .job(jobs::acting())
        .job(jobs::looking())
        .cron(jobs::schedule())
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
