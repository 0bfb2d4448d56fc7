//! Who may see and record what customers said of their data.

use http::Permission;
use kernel::{Actor, Error, Owned, Permit, Reach, Result, Scope, Timestamp};

use crate::model::PrivacyRequest;

const READ: &str = "privacy.read";
const RECORD: &str = "privacy.record";
const LIFT: &str = "privacy.lift";
const TEXTS: &str = "privacy.texts";
const HANDLE: &str = "privacy.handle";

const EVERYWHERE: Option<Reach> = Some(Reach::All);

/// Those of consents go as far as one sees customers: each is about one whom one may see. Requests go by who must answer.
pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(EVERYWHERE, EVERYWHERE, EVERYWHERE),
    Permission::whole(RECORD).at_first(EVERYWHERE, EVERYWHERE, EVERYWHERE),
    Permission::whole(LIFT).at_first(None, EVERYWHERE, EVERYWHERE),
    Permission::whole(TEXTS),
    Permission::reaching(HANDLE),
];

/// Whether the actor may see what customers whom they see said.
pub(crate) fn may_read(actor: &Actor) -> Result<()> {
    actor.scope(READ).map(drop)
}

/// The right to record what customers whom one sees said.
pub(crate) fn may_record(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(RECORD, &Owned::NOBODY, now)
}

/// The right to let customers whom one sees be contacted again.
pub(crate) fn may_lift(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(LIFT, &Owned::NOBODY, now)
}

/// The right to say which texts customers agree to.
pub(crate) fn may_keep_texts(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(TEXTS, &Owned::NOBODY, now)
}

/// The requests one may see.
pub(crate) fn may_read_requests(actor: &Actor) -> Result<Scope> {
    actor.scope(HANDLE)
}

pub(crate) fn may_see(actor: &Actor, request: &PrivacyRequest) -> Result<()> {
    if may_read_requests(actor)?.covers(&request.owned()) {
        Ok(())
    } else {
        Err(Error::NotFound)
    }
}

/// One takes requests in for oneself, and for those within one's reach.
pub(crate) fn may_receive(actor: &Actor, owned: &Owned, now: Timestamp) -> Result<Permit> {
    actor.permit(HANDLE, owned, now).map_err(Error::absent("owner_id", "not_allowed"))
}

/// The right to answer this request, and to do what it asks.
pub(crate) fn may_handle(actor: &Actor, request: &PrivacyRequest, now: Timestamp) -> Result<Permit> {
    actor.permit(HANDLE, &request.owned(), now)
}
