//! What customers agreed to and refused, what they are not to be contacted for, and what they ask of their data.

pub mod api;
mod codes;
mod demo;
pub mod events;
mod handling;
mod http;
mod listen;
mod model;
mod policy;
mod privacy;
mod queries;
mod words;

use ::http::{ListTopic, Locales, Module, Privacy, Ties};

pub use model::{
    Claimant, ConsentAnswer, ConsentPurpose, ConsentRecord, ConsentText, ConsentWay, ContactVerdict, DoNotContact,
    IdentityProof, PrivacyRequest, PrivacyRequestKind, PrivacyRequestState, RefusalGround, Search, SearchedBy,
    SearchedKey, Searches,
};

/// This module's texts.
pub(crate) const LOCALES: Locales = &[
    ("zh-CN", include_str!("../locales/zh-CN.json")),
    ("zh-TW", include_str!("../locales/zh-TW.json")),
    ("en", include_str!("../locales/en.json")),
];

/// This module, for the composition.
pub fn module() -> Module {
    Module::new("privacy")
        .demo(demo::tell)
        .routes(http::routes())
        .migrations(store::migrations![
            "202611261420_privacy",
            "202611261421_privacy_requests",
            "202611261700_consent_texts",
            "202611270945_claimants",
        ])
        .ties(Ties::open("privacy", queries::requests::open))
        .permissions(policy::PERMISSIONS)
        .privacy(Privacy { module: "privacy", export: privacy::export, erase: privacy::erase })
        .list::<PrivacyRequest>(ListTopic {
            topic: "privacy_requests",
            about: "What persons ask of their data, as far as one may see it.",
            kind: "privacy_request.changed",
            says: "A request is there, or stands otherwise.",
            may_read: policy::may_read_requests,
        })
        .listener(listen::listener())
        .chore("privacy.remind", "13 * * * *", |tx| match handling::remind(tx)? {
            true => Ok(true),
            false => handling::sweep(tx).map(|()| false),
        })
        .locales(LOCALES)
}
