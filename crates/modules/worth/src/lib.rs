//! What customers are worth, and where they stand: RFM, purchases and value foretold, the life cycle, who may be won
//! back, and what they may need next.

pub mod api;
mod attributes;
mod codes;
mod counting;
mod demo;
pub mod events;
mod http;
mod jobs;
mod measure;
mod model;
mod models;
mod next;
mod policy;
mod privacy;
mod queries;
mod rules;
mod win_back_figures;
mod win_backs;

use ::http::{Module, Privacy, SegmentSource};

pub use model::{Findings, LifecycleStep, Run, Worth};
pub use rules::LifecycleStage;
pub use win_backs::{WinBack, WinBackMember, WinBackOutcome};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("worth")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611261346_worth", "202611261347_win_backs"])
        .permissions(policy::PERMISSIONS)
        .app_job(jobs::night)
        .cron(jobs::cron())
        .segment(SegmentSource { module: "worth", attributes: attributes::all, values: attributes::values })
        .privacy(Privacy { module: "worth", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
