//! Something goes wrong for many customers at once: declared, told to all of them, and looked back on.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod jobs;
mod model;
mod policy;
mod privacy;
mod queries;
mod said;

use ::http::{ListTopic, Module, Privacy};

pub use model::{
    Incident, IncidentLink, IncidentReview, IncidentSending, IncidentState, IncidentStep, IncidentStepKind,
    IncidentUpdate, ReviewAction,
};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("incidents")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611260700_incidents"])
        .permissions(policy::PERMISSIONS)
        .list::<model::Incident>(ListTopic {
            topic: "incidents",
            about: "What goes wrong for many customers at once.",
            kind: "incident.changed",
            says: "An incident was declared, or stands otherwise.",
            may_read: policy::may_read,
        })
        .app_job(jobs::send)
        .privacy(Privacy { module: "incidents", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
