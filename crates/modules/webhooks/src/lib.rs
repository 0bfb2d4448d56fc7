//! Webhooks: systems of others are told of facts, by signed calls, in the order of each thing.

mod codes;
mod demo;
mod http;
mod listen;
mod model;
mod policy;
mod queries;
mod tell;

use ::http::Module;

pub use model::{CallState, Webhook, WebhookCall, WebhookState};

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("webhooks")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations!["202611260400_webhooks"])
        .permissions(policy::PERMISSIONS)
        .listener(listen::listen())
        .app_job(tell::run)
        .chore("webhooks.sweep", "47 3 * * *", tell::sweep)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
