//! What customers thought of conversations: asked once, tied for good to whom it is about.

mod cases;
mod codes;
mod demo;
mod http;
mod listen;
mod model;
mod page;
mod policy;
mod privacy;
mod queries;
mod words;

use ::http::{ListTopic, Module, Privacy};

pub use model::{AskedBy, SatisfactionCase, SatisfactionRules};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("satisfaction")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(page::routes())
        .migrations(store::migrations!["202611260702_satisfaction"])
        .permissions(policy::PERMISSIONS)
        .list::<model::SatisfactionCase>(ListTopic {
            topic: "satisfaction",
            about: "What customers thought, as far as one may see it.",
            kind: "satisfaction.changed",
            says: "A customer was asked, or said what they thought.",
            may_read: policy::may_read,
        })
        .listener(listen::listen())
        .privacy(Privacy { module: "satisfaction", export: privacy::export, erase: privacy::erase })
        .locales(LOCALES)
}
