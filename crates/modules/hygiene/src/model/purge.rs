//! Customers, or dead numbers and addresses, to be removed.

use approvals::Approval;
use kernel::{CustomerId, Id, Noun, Owned, Permit, Result, Staff, Timestamp, UnitId, UserId};
use serde::Serialize;
use serde_json::{Value, json};
use store::text_enum;
use utoipa::ToSchema;

use super::ContactPoint;
use crate::codes;

/// The most that is removed by one request.
pub(crate) const MOST: i64 = 10_000;

impl Noun for Purge {
    const PREFIX: &'static str = "prg";
}

text_enum! {
    /// What is to be removed.
    pub enum PurgeKind {
        /// Customers: they are erased, ledgers stay.
        Customers = "customers",
        /// Dead numbers and addresses; the customers stay.
        ContactPoints = "contact_points",
    }
}

text_enum! {
    /// Where it stands.
    pub enum PurgeState {
        /// Somebody else must agree.
        Pending = "pending",
        /// It is being done.
        Running = "running",
        /// Somebody stopped it.
        Stopped = "stopped",
        /// Nothing is left to do.
        Done = "done",
        /// It was not agreed to.
        Rejected = "rejected",
        /// Whoever asked took it back.
        Withdrawn = "withdrawn",
        /// It cannot go on: see `error`.
        Failed = "failed",
    }
}

text_enum! {
    /// What became of one of them.
    pub enum PurgeItemState {
        /// Nothing yet.
        Planned = "planned",
        /// It was removed.
        Removed = "removed",
        /// It was left, see `why`.
        Skipped = "skipped",
    }
}

store::record! {
    /// What somebody wants removed, and how far that has come.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Purge {
        /// Its id.
        pub id: Id<Purge>,
        /// What is removed.
        pub kind: PurgeKind,
        /// Where it stands.
        pub state: PurgeState,
        /// Why, in the words of whoever asked.
        pub reason: String,
        /// How many there are.
        pub total: i64,
        /// How many of them were gone through.
        pub done: i64,
        /// How many were removed.
        pub removed: i64,
        /// How many were left.
        pub skipped: i64,
        /// Whether there were more than one request takes.
        pub cut_off: bool,
        /// Why it cannot go on: `not_allowed` once whoever asked may not remove anybody any more.
        pub error: Option<String>,
        /// Who must agree is asked there.
        pub approval_id: Id<Approval>,
        /// Who asked.
        pub owner_id: UserId,
        /// Their name.
        pub owner_name: String,
        /// Their unit.
        pub unit_id: Option<UnitId>,
        /// When.
        pub created_at: Timestamp,
        /// Since when it was agreed to.
        pub started_at: Option<Timestamp>,
        /// Since when it is over.
        pub ended_at: Option<Timestamp>,
        /// Rises with each change.
        pub version: i64,
    }
}

store::record! {
    /// One of those that are to be removed.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct PurgeItem {
        /// In which purge.
        pub purge_id: Id<Purge>,
        /// Its place there, from 1.
        pub place: i64,
        /// Who.
        pub customer_id: CustomerId,
        /// Which number or address, where only that is removed.
        pub point_id: Option<Id<ContactPoint>>,
        /// What became of it.
        pub state: PurgeItemState,
        /// Why it was left: `active`, `open_work`, `works`, `gone`, `out_of_reach`.
        pub why: Option<String>,
        /// When.
        pub at: Option<Timestamp>,
    }
}

/// Why one of them is left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Skip {
    /// Something happened with them since they were chosen.
    Active,
    /// Something is unfinished: an open conversation, a promise, a request of theirs.
    OpenWork,
    /// The number or address works again.
    Works,
    /// There is nothing any more.
    Gone,
    /// Whoever asked may not remove this one.
    OutOfReach,
}

impl Skip {
    pub(crate) const fn text(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::OpenWork => "open_work",
            Self::Works => "works",
            Self::Gone => "gone",
            Self::OutOfReach => "out_of_reach",
        }
    }
}

impl PurgeItem {
    pub(crate) fn new(purge_id: Id<Purge>, place: i64, of: (CustomerId, Option<Id<ContactPoint>>)) -> Self {
        let (customer_id, point_id) = of;
        Self { purge_id, place, customer_id, point_id, state: PurgeItemState::Planned, why: None, at: None }
    }

    pub(crate) fn settled(self, skip: Option<Skip>, at: Timestamp) -> Self {
        let state = if skip.is_some() { PurgeItemState::Skipped } else { PurgeItemState::Removed };
        Self { state, why: skip.map(|skip| skip.text().to_owned()), at: Some(at), ..self }
    }
}

impl Purge {
    /// One that waits for somebody to agree.
    pub(crate) fn new(
        permit: &Permit,
        (id, approval_id): (Id<Self>, Id<Approval>),
        by: &Staff,
        (kind, reason): (PurgeKind, &str),
        (total, cut_off): (i64, bool),
    ) -> Self {
        Self {
            id,
            kind,
            state: PurgeState::Pending,
            reason: reason.to_owned(),
            total,
            done: 0,
            removed: 0,
            skipped: 0,
            cut_off,
            error: None,
            approval_id,
            owner_id: by.id,
            owner_name: by.name.clone(),
            unit_id: by.unit,
            created_at: permit.at(),
            started_at: None,
            ended_at: None,
            version: 1,
        }
    }

    /// Whose it is.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// What the trail holds of it: counts, and nobody's name.
    pub(crate) fn trace(&self) -> Value {
        let Self { kind, state, total, done, removed, skipped, error, approval_id, .. } = self;
        json!({"kind": kind, "state": state, "total": total, "done": done, "removed": removed, "skipped": skipped, "error": error, "approval_id": approval_id})
    }

    /// What was decided of it; none where that was known already.
    pub(crate) fn decided(self, state: PurgeState, at: Timestamp) -> Option<Self> {
        if self.state != PurgeState::Pending {
            return None;
        }
        let begins = state == PurgeState::Running;
        let (started_at, ended_at) = (begins.then_some(at), (!begins).then_some(at));
        Some(Self { state, started_at, ended_at, version: self.version + 1, ..self })
    }

    /// Stopped where it is.
    pub(crate) fn stopped(self, _permit: &Permit) -> Result<Self> {
        match self.state {
            PurgeState::Running => Ok(Self { state: PurgeState::Stopped, version: self.version + 1, ..self }),
            _ => Err(codes::NOT_RUNNING.conflict()),
        }
    }

    /// Going on where it was stopped.
    pub(crate) fn resumed(self, _permit: &Permit) -> Result<Self> {
        match self.state {
            PurgeState::Stopped | PurgeState::Failed => {
                Ok(Self { state: PurgeState::Running, error: None, ended_at: None, version: self.version + 1, ..self })
            }
            _ => Err(codes::NOT_STOPPED.conflict()),
        }
    }

    /// One further.
    pub(crate) fn advanced(self, item: &PurgeItem) -> Self {
        let gone = i64::from(item.state == PurgeItemState::Removed);
        let (removed, skipped) = (self.removed + gone, self.skipped + 1 - gone);
        Self { done: item.place, removed, skipped, version: self.version + 1, ..self }
    }

    /// Over.
    pub(crate) fn ended(self, error: Option<&str>, at: Timestamp) -> Self {
        let state = if error.is_some() { PurgeState::Failed } else { PurgeState::Done };
        Self { state, error: error.map(str::to_owned), ended_at: Some(at), version: self.version + 1, ..self }
    }
}
