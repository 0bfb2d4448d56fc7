//! The organisation and its business time.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod holidays;
mod http;
mod jobs;
mod model;
mod policy;
mod queries;

use ::http::Module;

pub use model::{
    BusinessCalendar, CalendarRevision, DayHours, Organisation, SetupStep, Slot, Slots, SpecialDay, SpecialKind,
    SpecialSource, Week,
};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("settings")
        .demo(demo::tell)
        .part(http::demo::Filling::default())
        .routes(http::routes())
        .migrations(store::migrations!["202611221020_settings", "202611251600_setup"])
        .permissions(policy::PERMISSIONS)
        .job(jobs::follow())
        .cron(jobs::schedule())
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
