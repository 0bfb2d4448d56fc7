//! Why complaints come about, what they cost, whom they lost and who was won back, and what is done that they do not
//! come again.

mod api;
mod causes;
mod codes;
mod demo;
mod duty;
pub mod events;
mod figures;
mod http;
mod listen;
mod model;
mod months;
mod paper;
mod policy;
mod privacy;
mod queries;
mod watch;

use ::http::{ListTopic, Module, Privacy};

pub use model::{
    ComplaintAnalysis, ImprovementAction, ImprovementDuty, ImprovementMove, ImprovementMoveKind, ImprovementOrigin,
    ImprovementState, ImprovementStep, RecoveryVerdict, Verification, Why,
};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("improvements")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611270900_improvements", "202611270901_month_reports"])
        .permissions(policy::PERMISSIONS)
        .list::<ImprovementAction>(ListTopic {
            topic: "improvement_actions",
            about: "Improvement actions, as far as one may see them.",
            kind: "improvement_action.changed",
            says: "An action is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .listener(listen::complaints())
        .listener(listen::orders())
        .listener(listen::tasks())
        .listener(listen::people())
        .privacy(Privacy { module: "improvements", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
