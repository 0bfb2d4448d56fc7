//! A file somebody sent.

use kernel::{Actor, Error, Id, Noun, Result, Timestamp};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

impl Noun for StoredFile {
    const PREFIX: &'static str = "fil";
}

/// The id of a file.
pub type FileId = Id<StoredFile>;

text_enum! {
    /// What sort of somebody sent a file.
    pub enum OwnerKind {
        /// A colleague.
        Staff = "staff",
        /// A customer.
        Visitor = "visitor",
        /// The product itself.
        System = "system",
    }
}

store::record! {
    /// A file somebody sent.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct StoredFile {
        /// Its id.
        pub id: FileId,
        /// Its name, made fit to be shown and to be saved under.
        #[schema(example = "发票.pdf")]
        pub name: String,
        /// What it is, judged by its bytes.
        #[schema(example = "application/pdf")]
        pub mime: String,
        /// Its bytes.
        pub size: i64,
        /// SHA-256 of its bytes, in hexadecimal.
        pub sha256: String,
        /// Pixels across, for an image.
        pub width: Option<i64>,
        /// Pixels down, for an image.
        pub height: Option<i64>,
        /// What sort of somebody sent it.
        pub owner_kind: OwnerKind,
        /// Who: a user, a customer, a job.
        pub owner_id: String,
        /// What it was sent for: `upload`, `message`, …
        pub purpose: String,
        /// Since when nothing refers to it; after a day it is deleted.
        pub loose_since: Option<Timestamp>,
        /// When it came.
        pub created_at: Timestamp,
    }
}

/// Who sends a file: whoever acts.
///
/// # Errors
/// [`Error::Unauthenticated`] for nobody.
pub(crate) fn owner_of(actor: &Actor) -> Result<(OwnerKind, String)> {
    let kind = match actor {
        Actor::Anonymous => return Err(Error::Unauthenticated),
        Actor::Staff(_) => OwnerKind::Staff,
        Actor::Visitor(_) => OwnerKind::Visitor,
        Actor::System(_) => OwnerKind::System,
    };
    Ok((kind, actor.id_text().unwrap_or_default()))
}

impl StoredFile {
    /// Whether this actor sent it.
    pub fn is_from(&self, actor: &Actor) -> bool {
        owner_of(actor).is_ok_and(|(kind, id)| kind == self.owner_kind && id == self.owner_id)
    }
}
