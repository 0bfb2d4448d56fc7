//! Automation: when something happens to a conversation and certain things hold, certain things are done.

mod act;
mod batch;
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

use ::http::{App, ListTopic, Module};
use tokio::sync::watch;

pub use model::{
    Action, Actions, Automation, AutomationEvent, AutomationRun, AutomationVersion, Batch, BatchOutcome, BatchState,
    Condition, ConditionField, ConditionOp, Findings, Holder, Macro, MacroScope, RunOutcome, Spec,
};

/// This module, for the composition.
pub fn module() -> Module {
    let (running, known) = watch::channel::<Option<App>>(None);
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
        .migrations(store::migrations!["202611260240_automation", "202611260611_macros", "202611260922_batches"])
        .permissions(policy::PERMISSIONS)
        .listener(listen::listener())
        .job(jobs::acting())
        .job(jobs::looking())
        .job(batch::going_on(known))
        .background(Box::new(move |app, _stop| {
            running.send_replace(Some(app));
            tokio::spawn(async {})
        }))
        .cron(jobs::schedule())
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
