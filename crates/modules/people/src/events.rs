//! Facts this module emits.

use kernel::{Id, UnitId, UserId};
use serde::{Deserialize, Serialize};

use crate::model::Post;

/// A unit was created, renamed, moved, closed or opened again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct UnitChanged {
    /// Which.
    pub unit_id: UnitId,
    /// Its name now.
    pub name: String,
    /// What it stands under now.
    pub parent_id: Option<UnitId>,
    /// Whether it is closed now.
    pub closed: bool,
}

impl UnitChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "unit.changed";
}

/// A person belongs to another unit, or holds another post.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MemberMoved {
    /// Who.
    pub user_id: UserId,
    /// To which unit.
    pub unit_id: Option<UnitId>,
    /// To which post.
    pub post_id: Option<Id<Post>>,
    /// From which unit.
    pub from_unit_id: Option<UnitId>,
}

impl MemberMoved {
    /// The fact's kind.
    pub const KIND: &'static str = "member.moved";
}
