//! Who may come in, and what they may do.

pub mod api;
mod arrival;
mod codes;
mod demo;
mod directory;
mod door;
pub mod events;
mod factor;
mod first_roles;
mod http;
mod identity;
mod jobs;
mod ldap;
mod model;
mod oidc;
mod passwords;
mod policy;
mod queries;
mod throttle;
mod totp;
mod trouble;

use ::http::{Door, Module};

pub use directory::{Directory, DirectoryCheck, GroupRole};
pub use door::{Place, Placement};
pub use model::{ApiToken, Locale, Role, RoleKind, User, UserState};

/// This module, for the composition.
pub fn module() -> Module {
    let door: Door = Box::new(door::FrontDoor);
    Module::new("access")
        .routes(http::routes())
        .migrations(store::migrations![
            "202611221010_access",
            "202611221011_accounts",
            "202611260211_known_permissions",
            "202611260800_second_factors",
            "202611260810_identity_providers",
            "202611260930_directories"
        ])
        .permissions(policy::PERMISSIONS)
        .part(door)
        .demo(demo::tell)
        .part(door::Recent::default())
        .part(oidc::provider::Known::default())
        .app_job(jobs::check)
        .cron(jobs::schedule())
        .outside(http::outside())
        .part(door::nowhere())
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ])
}
