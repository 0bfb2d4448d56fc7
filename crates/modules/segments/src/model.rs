//! A segment: a name and a rule.

use kernel::{Check, Error, Id, Noun, Owned, Permit, Result, Staff, Timestamp, UnitId, UserId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{codes, rule::Rule};

impl Noun for Segment {
    const PREFIX: &'static str = "seg";
}

store::record! {
    /// Customers of one kind, by a rule.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Segment {
        /// Its id.
        pub id: Id<Segment>,
        /// What people call it.
        #[schema(example = "90 天未联系的金卡")]
        pub name: String,
        /// What it is for; may be empty.
        pub description: String,
        /// Who belongs to it.
        pub rule: Rule,
        /// Whether colleagues see it: those of the unit, or all when whoever made it belongs to none.
        pub shared: bool,
        /// Who made it; none: the product's own story.
        pub owner_id: Option<UserId>,
        /// Their name.
        pub owner_name: String,
        /// The unit they belong to.
        pub unit_id: Option<UnitId>,
        /// Since when.
        pub created_at: Timestamp,
        /// When its name or rule changed last.
        pub changed_at: Timestamp,
        /// Since when it is put away.
        pub removed_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

/// What somebody wants a segment to be.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub name: String,
    pub description: String,
    pub rule: Rule,
    pub shared: bool,
}

impl Draft {
    /// # Errors
    /// [`Error::Invalid`] naming each field that cannot be; the rule is checked by itself.
    pub(crate) fn checked(mut self) -> Result<Self> {
        let line = |text: &str| !text.contains(['\n', '\r', '\t']);
        Check::new()
            .text("name", &self.name, 1..=60)
            .that(line(&self.name), "name", "control_character")
            .text("description", &self.description, 0..=500)
            .done()?;
        self.name = self.name.trim().to_owned();
        self.description = self.description.trim().to_owned();
        if self.name.is_empty() {
            Err(Error::field("name", "required"))
        } else {
            Ok(self)
        }
    }
}

impl Segment {
    pub(crate) fn new(permit: &Permit, id: Id<Self>, by: &Staff, draft: Draft) -> Self {
        Self {
            id,
            name: draft.name,
            description: draft.description,
            rule: draft.rule,
            shared: draft.shared,
            owner_id: Some(by.id),
            owner_name: by.name.clone(),
            unit_id: by.unit,
            created_at: permit.at(),
            changed_at: permit.at(),
            removed_at: None,
            version: 1,
        }
    }

    pub(crate) fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    pub(crate) fn changed(self, permit: &Permit, version: i64, draft: Draft) -> Result<Self> {
        if self.removed_at.is_some() {
            return Err(codes::REMOVED.conflict());
        }
        if self.version != version {
            return Err(codes::STALE.conflict());
        }
        let Draft { name, description, rule, shared } = draft;
        Ok(Self { name, description, rule, shared, changed_at: permit.at(), version: version + 1, ..self })
    }

    /// Put away; again changes nothing.
    pub(crate) fn removed(self, permit: &Permit) -> Self {
        let removed_at = self.removed_at.or(Some(permit.at()));
        Self { removed_at, version: self.version + 1, ..self }
    }

    /// As it was before it was put away.
    pub(crate) fn restored(self, _permit: &Permit) -> Self {
        Self { removed_at: None, version: self.version + 1, ..self }
    }
}
