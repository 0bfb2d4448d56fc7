//! Who may fill in a form's own fields, and who designs them.

use http::Permission;
use kernel::{Actor, Owned, Permit, Reach, Result, Timestamp};

const DESIGN: &str = "forms.design";
/// To fill one in.
const FILL: &str = "forms.fill";

const EVERYBODY: Option<Reach> = Some(Reach::All);

pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(FILL).at_first(EVERYBODY, EVERYBODY, EVERYBODY),
    Permission::whole(DESIGN).at_first(None, None, EVERYBODY),
];

pub(crate) fn may_read(actor: &Actor) -> Result<()> {
    actor.scope(FILL).or_else(|_| actor.scope(DESIGN)).map(drop)
}

pub(crate) fn may_design(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(DESIGN, &Owned::NOBODY, now)
}
