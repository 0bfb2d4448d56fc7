//! The open channel: whatever plugs in by signed calls, both ways. An app, a mini program, a bot.

pub mod api;
mod carrier;
mod codes;
mod demo;
mod doors;
mod http;
mod model;
mod queries;
mod reports;
mod signed;

use ::http::Module;

pub use model::{OpenChannel, Report, Way};

/// Who carries what is said on open channels, for `delivery`.
pub fn carrier() -> Box<dyn delivery::Carrier> {
    Box::new(carrier::OpenCarrier)
}

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("openchannel")
        .demo(demo::tell)
        .routes(http::routes())
        .outside(doors::routes())
        .migrations(store::migrations!["202611260330_open_channels"])
        .part(reports::Reports::default())
        .part(signed::Callers::default())
        // Signatures that are too old to be taken need not be known again.
        .chore("openchannel.sweep", "*/15 * * * *", |tx| queries::forget_marks(tx, tx.now()).map(|()| false))
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
