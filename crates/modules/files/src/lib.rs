//! Files people send: taken in with care, kept while something refers to them, handed out safely.

pub mod api;
mod codes;
mod demo;
mod disk;
pub mod events;
mod http;
mod jobs;
mod kinds;
mod links;
mod measure;
mod model;
mod place;
mod policy;
mod queries;
mod receive;
mod sniff;
mod thumbs;

use ::http::Module;
use kernel::Result;

pub use disk::Store;
pub use links::Size;
pub use model::{FileId, OwnerKind, StoredFile};
pub use place::{Bucket, Place};

/// This module, for the composition; the files lie at `place`.
///
/// # Errors
/// [`kernel::Error::Internal`] when it cannot be opened: see [`Store::open`].
pub fn module(place: impl Into<Place>) -> Result<Module> {
    let store = Store::open(place.into())?;
    Ok(Module::new("files")
        .routes(http::routes())
        .migrations(store::migrations!["202611221220_files"])
        .permissions(policy::PERMISSIONS)
        .job(jobs::sweeping(store.clone()))
        .cron(jobs::cron()?)
        .part(store)
        .locales(&[
            ("zh-CN", include_str!("../locales/zh-CN.json")),
            ("zh-TW", include_str!("../locales/zh-TW.json")),
            ("en", include_str!("../locales/en.json")),
        ]))
}
