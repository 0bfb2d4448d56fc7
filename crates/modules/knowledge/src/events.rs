//! Facts this module emits.

use kernel::{Id, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::{CannedReply, CannedScope};

/// A canned reply was written, changed or deleted.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CannedReplyFact {
    /// Which.
    pub canned_reply_id: Id<CannedReply>,
    /// Who may use it.
    pub scope: CannedScope,
    /// The person, for their own.
    pub owner_id: Option<UserId>,
    /// The unit, for a team's.
    pub unit_id: Option<UnitId>,
}

/// It is there.
pub const CREATED: &str = "canned_reply.created";
/// It is another one now.
pub const CHANGED: &str = "canned_reply.changed";
/// It is no more.
pub const DELETED: &str = "canned_reply.deleted";
