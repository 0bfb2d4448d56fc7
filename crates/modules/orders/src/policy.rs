//! Who may see and enter orders.

use http::Permission;
use kernel::{Actor, Permit, Reach, Result, Timestamp};

/// The name of the permission to see orders.
pub const READ: &str = "orders.read";
pub(crate) const ENTER: &str = "orders.enter";

/// Both go as far as one sees customers: each order is besides one of a customer whom one may see.
pub(crate) const PERMISSIONS: &[Permission] = &[
    Permission::whole(READ).at_first(Some(Reach::All), Some(Reach::All), Some(Reach::All)),
    Permission::whole(ENTER).at_first(None, None, Some(Reach::All)),
];

/// Whether the actor may see orders of customers they see.
pub(crate) fn may_read(actor: &Actor) -> Result<()> {
    actor.scope(READ).map(drop)
}

/// The right to enter orders of customers one sees.
pub(crate) fn may_enter(actor: &Actor, now: Timestamp) -> Result<Permit> {
    actor.permit(ENTER, &kernel::Owned::NOBODY, now)
}
