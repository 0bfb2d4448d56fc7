//! The ways customers reach the department, and how a visitor is known again.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod http;
mod identity;
mod model;
mod policy;
mod public;
mod queries;
mod tokens;
mod words;

use ::http::Module;

pub use identity::Proven;
pub use model::{
    Channel, ChannelKind, ChannelSettings, ChannelState, FieldKind, IdentityMode, Invitation, Origins, PreChat,
    PreChatField, RatingSettings,
};
pub use public::PublicChannel;
pub use tokens::{Shown, VisitorKey, VisitorTokens};

/// This module's texts.
const LOCALES: &[(&str, &str)] = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("channels")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations![
            "202611221210_channels",
            "202611251723_identity_secrets",
            "202611251951_invitation_counts"
        ])
        .permissions(policy::PERMISSIONS)
        .part(VisitorTokens::default())
        .locales(LOCALES)
}
