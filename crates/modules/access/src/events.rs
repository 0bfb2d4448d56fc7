//! Facts this module emits.

use kernel::UserId;
use serde::{Deserialize, Serialize};

/// An account was created, renamed, suspended, resumed or given another role.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UserChanged {
    /// Whose.
    pub user_id: UserId,
    /// The name now.
    pub name: String,
    /// Whether the account may sign in now.
    pub active: bool,
}

impl UserChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "user.changed";
}
