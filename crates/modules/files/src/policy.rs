//! Who may read files.

use http::Permission;
use kernel::{Actor, Error, Permit, Reach, Result, Timestamp};

use crate::model::StoredFile;

const READ: &str = "files.read";

pub(crate) const PERMISSIONS: &[Permission] =
    &[Permission::whole(READ).at_first(Some(Reach::All), Some(Reach::All), Some(Reach::All))];

/// Whether the actor may read this file without a link: their own, or any with the permission.
///
/// # Errors
/// [`Error::NotFound`] for a file the actor may not see, [`Error::Unauthenticated`] for nobody.
pub(crate) fn may_read(actor: &Actor, file: &StoredFile) -> Result<()> {
    match actor {
        Actor::Anonymous => Err(Error::Unauthenticated),
        actor if file.is_from(actor) || actor.has(READ) => Ok(()),
        _ => Err(Error::NotFound),
    }
}

/// Whoever is signed in may send a file; only what refers to it keeps it for more than a day.
pub(crate) fn may_send(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit_own(now)
}
