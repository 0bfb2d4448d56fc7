//! Facts this module emits. They hold no number and nobody's name.

use kernel::{CustomerId, Id};
use serde::{Deserialize, Serialize};

use crate::model::{ContactPoint, ContactPointKind, Purge, PurgeKind};

/// A number or an address is taken for dead: [`ContactPointFact`].
pub const INVALIDATED: &str = "contact_point.invalidated";
/// It works again: [`ContactPointFact`].
pub const RESTORED: &str = "contact_point.restored";
/// Somebody made sure that what is known of a customer is right: [`VerifiedFact`].
pub const VERIFIED: &str = "customer.verified";
/// What was asked to be removed was gone through: [`PurgeFact`].
pub const PURGED: &str = "purge.done";

/// See [`INVALIDATED`] and [`RESTORED`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ContactPointFact {
    /// Which.
    pub contact_point_id: Id<ContactPoint>,
    /// Whose.
    pub customer_id: CustomerId,
    /// What it is.
    pub kind: ContactPointKind,
}

/// See [`VERIFIED`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct VerifiedFact {
    /// Of whom.
    pub customer_id: CustomerId,
}

/// See [`PURGED`].
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PurgeFact {
    /// Which.
    pub purge_id: Id<Purge>,
    /// What was removed.
    pub kind: PurgeKind,
    /// How many.
    pub removed: i64,
    /// How many were left.
    pub skipped: i64,
}
