//! The depth of a customer's file: what an installation keeps of its customers besides what everybody does.

mod addresses;
pub mod api;
mod codes;
mod completeness;
mod demo;
pub mod events;
mod evidence;
mod fields;
mod http;
mod jobs;
mod model;
mod observations;
mod organisations;
mod policy;
mod privacy;
mod profile;
mod queries;
mod segment;
mod tags;
mod value;
mod values;

use ::http::{Module, Privacy};

pub use evidence::CustomerEvidence;
pub use model::{CustomerField, CustomerFieldChoice, CustomerFieldKind, CustomerFieldRules, CustomerKind};
pub use tags::{CustomerTag, CustomerTagColour};
pub use values::{Held, Relearnt};

/// Tags taken off in one transaction; a full batch means that more may be over.
const AT_ONCE: i64 = 200;

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("profiles")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations![
            "202611261300_fields",
            "202611261301_tags",
            "202611261302_organisations",
            "202611261303_wanted"
        ])
        .app_job(jobs::recount)
        // What is over is taken off, so that lists drawn by it are right within the hour.
        .chore("profiles.expire", "41 * * * *", |tx| Ok(tags::expire(tx, AT_ONCE)? == AT_ONCE as usize))
        .part(Box::new(addresses::Book) as Box<dyn customers::Addresses>)
        .segment(segment::source())
        .permissions(policy::PERMISSIONS)
        .privacy(Privacy { module: "profiles", export: privacy::export, erase: privacy::erase })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
