//! Inquiry records: what was asked and what came of it, and the sheet of a team's day.

pub mod api;
mod codes;
mod demo;
mod draft;
pub mod events;
mod http;
mod listen;
mod model;
mod paper;
mod policy;
mod privacy;
mod queries;
mod settling;
mod sheet;
mod timeline;
mod words;

use ::http::{ListTopic, Module, Privacy, Ties, TimelineSource};

pub use model::{InquiryRecord, Outcome, RecordId, Way};
pub use settling::Settling;

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("inquiries")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611252241_inquiries", "202611262032_emptied"])
        .ties(Ties::last("inquiries", privacy::last))
        .keeping(privacy::KEEPING)
        .permissions(policy::PERMISSIONS)
        .list::<http::RecordView>(ListTopic {
            topic: "inquiry_records",
            about: "Inquiry records, as far as one may see them.",
            kind: "inquiry_record.changed",
            says: "A record is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .part(settling::freely())
        .listener(listen::listener())
        .timeline(TimelineSource { module: "inquiries", read: timeline::read })
        .privacy(Privacy { module: "inquiries", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
