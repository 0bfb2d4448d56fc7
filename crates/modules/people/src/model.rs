//! Units, posts, members, and the tree they stand in.

mod tree;

pub use tree::Tree;

use access::UserState;
use kernel::{Id, Noun, Timestamp, UnitId, UserId};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

impl Noun for Post {
    const PREFIX: &'static str = "pst";
}
impl Noun for UnitPlace {
    const PREFIX: &'static str = "upl";
}
impl Noun for Membership {
    const PREFIX: &'static str = "mbs";
}

/// Names one state of the tree: another one after every change.
#[derive(Debug)]
pub(crate) enum TreeRevision {}
impl Noun for TreeRevision {
    const PREFIX: &'static str = "trv";
}

text_enum! {
    /// What a unit is.
    pub enum UnitKind {
        /// A department: what permissions for a department reach, it and all below it.
        Department = "department",
        /// A team within a department.
        Team = "team",
    }
}

store::record! {
    /// A department or team.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    #[schema(as = Unit)]
    pub struct UnitRow {
        /// Its id.
        pub id: UnitId,
        /// Its name, its own among those beside it.
        pub name: String,
        /// What it is.
        pub kind: UnitKind,
        /// What it stands under; nothing at the top.
        pub parent_id: Option<UnitId>,
        /// Where it stands among those beside it: low numbers first.
        pub position: i64,
        /// Who leads it.
        pub lead_id: Option<UserId>,
        /// Since when it exists.
        pub created_at: Timestamp,
        /// Since when it is closed.
        pub closed_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Where a unit stood for a time, under which name.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct UnitPlace {
        /// Its id.
        pub id: Id<UnitPlace>,
        /// Which unit.
        pub unit_id: UnitId,
        /// Under which; nothing at the top.
        pub parent_id: Option<UnitId>,
        /// Its name then.
        pub name: String,
        /// From when.
        pub since: Timestamp,
        /// Until when; none for now.
        pub until: Option<Timestamp>,
    }
}

store::record! {
    /// A post people hold.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct Post {
        /// Its id.
        pub id: Id<Post>,
        /// What it is called.
        pub name: String,
        /// The unit it belongs to; none for a post of every unit.
        pub unit_id: Option<UnitId>,
        /// How many people are to hold it, where that is set.
        pub headcount: Option<i64>,
        /// Since when it exists.
        pub created_at: Timestamp,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// Where a person belonged for a time.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct Membership {
        /// Its id.
        pub id: Id<Membership>,
        /// Who.
        pub user_id: UserId,
        /// Where.
        pub unit_id: Option<UnitId>,
        /// On which post.
        pub post_id: Option<Id<Post>>,
        /// From when.
        pub since: Timestamp,
        /// Until when; none for now.
        pub until: Option<Timestamp>,
    }
}

store::record! {
    /// A colleague, and where they stand.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct Member {
        /// Who.
        pub user_id: UserId,
        /// The name they sign in with.
        pub login: String,
        /// The name colleagues see.
        pub name: String,
        /// Whether they may sign in.
        pub state: UserState,
        /// Where they belong.
        pub unit_id: Option<UnitId>,
        /// What it is called.
        pub unit_name: Option<String>,
        /// The post they hold.
        pub post_id: Option<Id<Post>>,
        /// What it is called.
        pub post_name: Option<String>,
        /// Since when both.
        pub since: Option<Timestamp>,
    }
}

impl UnitRow {
    /// Whether it is no longer in use.
    pub fn is_closed(&self) -> bool {
        self.closed_at.is_some()
    }
}
