//! Facts this module emits. They carry ids and no personal data: facts outlive an erasure.

use kernel::CustomerId;
use serde::{Deserialize, Serialize};

/// Something that is known of a customer changed: a field, a tag, an address.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ProfileChanged {
    /// Of whom.
    pub customer_id: CustomerId,
}

impl ProfileChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "customer.profile_changed";
}
