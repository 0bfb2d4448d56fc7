//! What stands in the way.

use kernel::Code;

/// Only a dead job can be retried or discarded.
pub const NOT_DEAD: Code = Code::new("work.not_dead");
/// A job with the same key waits already, and will do what this one would.
pub const ALREADY_WAITING: Code = Code::new("work.already_waiting");
/// Somebody else holds the lease by now; what was to be done under it must not be.
pub const LEASE_LOST: Code = Code::new("work.lease_lost");
