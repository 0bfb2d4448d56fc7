//! Facts this module emits: ids and numbers, nobody's name and no words.

use kernel::{CustomerId, Id};
use serde::{Deserialize, Serialize};

use crate::model::{Member, PointsEntry, PointsEntryKind, TierChange};

/// A customer collects points from now on.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MemberJoined {
    /// Which member.
    pub member_id: Id<Member>,
    /// Who.
    pub customer_id: CustomerId,
}

/// Something happened to a member's points.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct PointsChanged {
    /// The entry that tells it.
    pub entry_id: Id<PointsEntry>,
    /// Whose.
    pub member_id: Id<Member>,
    /// Who.
    pub customer_id: CustomerId,
    /// What it tells.
    pub kind: PointsEntryKind,
    /// What it changed for the member.
    pub points: i64,
    /// Who asked for it.
    pub source: String,
}

/// A member's tier stands otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TierChanged {
    /// Which member.
    pub member_id: Id<Member>,
    /// Who.
    pub customer_id: CustomerId,
    /// The rank before.
    pub from_rank: i64,
    /// The rank since.
    pub to_rank: i64,
    /// Why.
    pub reason: TierChange,
}

macro_rules! kinds {
    ($($fact:ident = $kind:literal;)*) => {$(
        impl $fact {
            /// The fact's kind.
            pub const KIND: &'static str = $kind;
        }
    )*};
}

kinds! {
    MemberJoined = "member.joined";
    PointsChanged = "points.changed";
    TierChanged = "tier.changed";
}
