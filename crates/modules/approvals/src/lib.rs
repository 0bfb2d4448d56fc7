//! Authority: how much each role may grant, and who must be asked for more.

pub mod api;
mod authority;
mod codes;
mod demo;
pub mod events;
mod http;
mod model;
mod policy;
mod queries;

use ::http::{ListTopic, Module, Ties};

pub use model::{Approval, ApprovalKind, ApprovalState, Decision, LARGEST, Verdict};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("approvals")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611221050_approvals"])
        .ties(Ties::open("approvals", queries::open_customers))
        .permissions(policy::PERMISSIONS)
        .list::<Approval>(ListTopic {
            topic: "approvals",
            about: "What is asked for, as far as one may see it.",
            kind: "approval.changed",
            says: "A request is there, or stands otherwise.",
            may_read: policy::may_read,
        })
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
