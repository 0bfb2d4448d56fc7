//! What an actor may read and write.
//!
//! A role grants a permission with a reach. Reads need a [`Scope`], writes a [`Permit`];
//! both have private constructors, so a handler cannot forget to ask an [`crate::Actor`].

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{Timestamp, UnitId, UserId};

/// How far a permission goes: the data scope of a role's grant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// What the person owns.
    Own,
    /// What the person's own unit and those below it own.
    Team,
    /// What the person's department, the nearest one above, and all below it own.
    Department,
    /// Everything.
    All,
}

/// Whose a thing is, for scopes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owned {
    /// The person who owns it, if one does.
    pub owner: Option<UserId>,
    /// The department or team it belongs to, if any.
    pub unit: Option<UnitId>,
}

impl Owned {
    /// Owned by nobody: only [`Reach::All`] covers it.
    pub const NOBODY: Self = Self { owner: None, unit: None };

    /// Owned by `owner` within `unit`.
    pub fn by(owner: impl Into<Option<UserId>>, unit: impl Into<Option<UnitId>>) -> Self {
        Self { owner: owner.into(), unit: unit.into() }
    }
}

/// The right to read, as far as one permission reaches.
#[derive(Clone, Debug)]
pub struct Scope {
    all: bool,
    own: Option<UserId>,
    units: Vec<UnitId>,
}

impl Scope {
    pub(crate) fn all() -> Self {
        Self { all: true, own: None, units: Vec::new() }
    }

    pub(crate) fn within(own: UserId, units: Vec<UnitId>) -> Self {
        Self { all: false, own: Some(own), units }
    }

    /// Whether a thing so owned may be read.
    pub fn covers(&self, owned: &Owned) -> bool {
        self.all
            || (owned.owner.is_some() && owned.owner == self.own)
            || owned.unit.is_some_and(|unit| self.units.contains(&unit))
    }

    /// Whether everything may be read: the first of the three values a statement filters by,
    /// `($1 OR owner_id = $2 OR unit_id IN (SELECT value FROM json_each($3)))`.
    pub fn is_all(&self) -> bool {
        self.all
    }

    /// The second: the person whose own things may be read.
    pub fn own(&self) -> Option<UserId> {
        self.own
    }

    /// The ids one of which a thing carries that may be read; none when everything may be: what a
    /// search is narrowed by.
    pub fn labels(&self) -> Vec<String> {
        self.own.iter().map(ToString::to_string).chain(self.units.iter().map(ToString::to_string)).collect()
    }

    /// The third: the units whose things may be read, as a JSON array of ids.
    pub fn units_json(&self) -> String {
        let ids: Vec<String> = self.units.iter().map(ToString::to_string).collect();
        serde_json::json!(ids).to_string()
    }
}

/// The right to do one thing once, given out by a policy.
#[derive(Debug)]
#[must_use = "a permit is to be handed to the transition it allows"]
pub struct Permit {
    permission: &'static str,
    at: Timestamp,
}

impl Permit {
    pub(crate) fn new(permission: &'static str, at: Timestamp) -> Self {
        Self { permission, at }
    }

    /// The permission it was given on.
    pub fn permission(&self) -> &'static str {
        self.permission
    }

    /// When it was given: the time the transition takes place.
    pub fn at(&self) -> Timestamp {
        self.at
    }
}
