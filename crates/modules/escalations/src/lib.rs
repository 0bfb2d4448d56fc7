//! What stands in the way: reported, told level by level until it is solved.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod listen;
mod model;
mod policy;
mod privacy;
mod queries;

use ::http::{ListTopic, Module, Privacy, Ties};

pub use model::{
    Escalation, EscalationState, EscalationStep, Ladder, LadderAddressee, LadderClock, Level, Levels, Severity,
    StepKind, Told,
};

/// Escalations that go up in one transaction; a full batch means that more may wait.
const AT_ONCE: i64 = 50;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("escalations")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611260230_escalations"])
        .permissions(policy::PERMISSIONS)
        .list::<model::Escalation>(ListTopic {
            topic: "escalations",
            about: "What stands in the way, as far as one may see it.",
            kind: "escalation.changed",
            says: "An escalation is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .listener(listen::tasks())
        .chore("escalations.climb", "* * * * *", |tx| Ok(api::climb(tx, AT_ONCE)? == AT_ONCE as usize))
        .ties(Ties::open("escalations", privacy::open))
        .privacy(Privacy { module: "escalations", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
