//! What may be sold: drawn from talks, orders and segments, with evidence, owner, stage and value.

mod api;
mod codes;
mod demo;
mod discovery;
pub mod events;
mod http;
mod jobs;
mod listen;
mod model;
mod policy;
mod privacy;
mod queries;
mod timeline;
mod words;

use ::http::{ListTopic, Locales, Module, Privacy, TimelineSource};

pub use model::{
    EvidenceKind, Opportunity, OpportunityEvidence, OpportunityKind, OpportunityRule, OpportunitySource,
    OpportunityStage, OpportunityStep, OpportunityStepKind,
};

/// This module's texts.
pub(crate) const LOCALES: Locales = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("opportunities")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611261620_opportunities"])
        .permissions(policy::PERMISSIONS)
        .list::<model::Opportunity>(ListTopic {
            topic: "opportunities",
            about: "What may be sold, as far as one may see it.",
            kind: events::CHANGED,
            says: "An opportunity is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .listener(listen::customers())
        .listener(listen::tasks())
        .job(jobs::look())
        .cron(jobs::cron())
        .timeline(TimelineSource { module: "opportunities", read: timeline::read })
        .privacy(Privacy { module: "opportunities", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
