//! Sanctions: consequences for somebody who answers for a complaint, never without evidence, notice and appeal.

mod api;
mod codes;
mod demo;
mod duty;
pub mod events;
mod http;
mod jobs;
mod model;
mod policy;
mod queries;

use ::http::Module;

pub use model::{
    Sanction, SanctionAppeal, SanctionDecision, SanctionEvidence, SanctionEvidenceKind, SanctionEvidences,
    SanctionGround, SanctionKind, SanctionNotice, SanctionOutcome, SanctionPart, SanctionState, SanctionWithdrawal,
};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("sanctions")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611270920_sanctions"])
        .permissions(policy::PERMISSIONS)
        .app_job(jobs::lapse)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
