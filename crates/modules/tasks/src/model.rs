//! A duty, and what may become of it.

use kernel::{Id, Noun, Owned, Permit, QueueId, Result, Timestamp, UnitId, UserId};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use crate::codes;

impl Noun for Task {
    const PREFIX: &'static str = "tsk";
}

/// The source of tasks that people make by hand.
pub const MANUAL: &str = "manual";

text_enum! {
    /// Where a task stands. Overdue is no state: an open task is overdue once its due date is past.
    pub enum TaskState {
        /// It is to be done.
        Open = "open",
        /// It was done.
        Done = "done",
        /// It need not be done any more.
        Cancelled = "cancelled",
    }
}

store::record! {
    /// Something that somebody must do.
    #[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
    pub struct Task {
        /// Its id.
        pub id: Id<Task>,
        /// What is to be done, in a line.
        pub title: String,
        /// More about it.
        pub detail: Option<String>,
        /// Where it stands.
        pub state: TaskState,
        /// Who must do it; nobody yet while it lies in a pool.
        pub owner_id: Option<UserId>,
        /// The unit in whose pool it lies, or to whose work it belongs.
        pub unit_id: Option<UnitId>,
        /// `manual`, or the module that made it.
        pub source: String,
        /// What the source knows it by; one task a key.
        #[serde(skip)]
        #[schema(ignore)]
        pub key: Option<String>,
        /// Whether a person may close it; one that may not closes with what it stands for.
        pub by_hand: bool,
        /// What kind of thing it is about: `complaint`, `approval`.
        pub subject_kind: Option<String>,
        /// Which.
        pub subject_id: Option<String>,
        /// Until when.
        pub due_at: Option<Timestamp>,
        /// Who made it; nobody when the product itself did.
        pub created_by: Option<UserId>,
        /// When it was made.
        pub created_at: Timestamp,
        /// When it was done or cancelled.
        pub done_at: Option<Timestamp>,
        /// By whom.
        pub done_by: Option<UserId>,
        /// What came of it, or why it was cancelled.
        pub result: Option<String>,
        /// When its being overdue was told.
        pub reminded_at: Option<Timestamp>,
        /// Rises with each change; a change of an older version is refused.
        pub version: i64,
        /// The queue whose people may take it while it lies in no unit's pool.
        pub queue_id: Option<QueueId>,
    }
}

/// To whom a task is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Assignee {
    /// To a person, whose unit says which scopes cover it.
    Person {
        /// Who.
        id: UserId,
        /// Where they belong, if placed.
        unit: Option<UnitId>,
    },
    /// To a unit's pool, until somebody takes it. Without a unit only those see it whose permission
    /// reaches everything.
    Pool(Option<UnitId>),
    /// To whoever serves this queue, until one of them takes it.
    Queue(QueueId),
}

impl Assignee {
    /// Whose a task so given is.
    pub fn owned(self) -> Owned {
        match self {
            Self::Person { id, unit } => Owned::by(id, unit),
            Self::Pool(unit) => Owned::by(None, unit),
            Self::Queue(_) => Owned::NOBODY,
        }
    }

    /// The queue whose people may take a task so given.
    pub(crate) fn queue(self) -> Option<QueueId> {
        match self {
            Self::Queue(queue) => Some(queue),
            Self::Person { .. } | Self::Pool(_) => None,
        }
    }
}

/// Who closes a task.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Closer {
    /// A person, by hand.
    Person(UserId),
    /// The module it came from, while this person, or the product itself, acts.
    Source(Option<UserId>),
}

/// What is to change of a task; what is none stays. An empty detail takes the detail away.
#[derive(Clone, Debug, Default)]
pub(crate) struct Change {
    pub title: Option<String>,
    pub detail: Option<String>,
    pub due_at: Option<Timestamp>,
}

impl Task {
    /// Whose it is, for scopes.
    pub fn owned(&self) -> Owned {
        Owned::by(self.owner_id, self.unit_id)
    }

    /// Whether it should have been done before `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state == TaskState::Open && self.due_at.is_some_and(|due| due < now)
    }

    /// Done, with what came of it.
    pub(crate) fn completed(self, permit: &Permit, by: Closer, result: Option<String>) -> Result<Self> {
        self.closed(permit, by, TaskState::Done, result)
    }

    /// No longer to be done, and why.
    pub(crate) fn cancelled(self, permit: &Permit, by: Closer, reason: Option<String>) -> Result<Self> {
        self.closed(permit, by, TaskState::Cancelled, reason)
    }

    fn closed(mut self, permit: &Permit, by: Closer, state: TaskState, result: Option<String>) -> Result<Self> {
        self.must_be_open()?;
        self.done_by = match by {
            Closer::Person(_) if !self.by_hand => return Err(codes::NOT_BY_HAND.conflict()),
            Closer::Person(id) => Some(id),
            Closer::Source(id) => id,
        };
        self.state = state;
        self.done_at = Some(permit.at());
        self.result = result;
        self.version += 1;
        Ok(self)
    }

    /// To be done again. If it is overdue by now, that is told anew.
    pub(crate) fn reopened(mut self, _permit: &Permit) -> Result<Self> {
        if self.state == TaskState::Open {
            return Err(codes::NOT_CLOSED.conflict());
        }
        if !self.by_hand {
            return Err(codes::NOT_BY_HAND.conflict());
        }
        self.state = TaskState::Open;
        (self.done_at, self.done_by, self.result, self.reminded_at) = (None, None, None, None);
        self.version += 1;
        Ok(self)
    }

    /// Given to somebody else, or to a pool.
    pub(crate) fn reassigned(mut self, _permit: &Permit, to: Assignee) -> Result<Self> {
        self.must_be_open()?;
        let Owned { owner, unit } = to.owned();
        (self.owner_id, self.unit_id, self.queue_id) = (owner, unit, to.queue());
        self.version += 1;
        Ok(self)
    }

    /// Taken out of its pool by `by`, who belongs to `unit`. It stays the work of the unit whose it was.
    pub(crate) fn taken(mut self, _permit: &Permit, by: UserId, unit: Option<UnitId>) -> Result<Self> {
        self.must_be_open()?;
        if self.owner_id.is_some() {
            return Err(codes::TAKEN.conflict());
        }
        (self.owner_id, self.unit_id) = (Some(by), self.unit_id.or(unit));
        self.version += 1;
        Ok(self)
    }

    /// With other words or another due date, as a change of the version that was seen.
    pub(crate) fn changed(mut self, _permit: &Permit, seen: i64, change: Change) -> Result<Self> {
        if seen != self.version {
            return Err(codes::STALE.conflict());
        }
        self.must_be_open()?;
        self.title = change.title.unwrap_or(self.title);
        if let Some(detail) = change.detail {
            self.detail = Some(detail).filter(|detail| !detail.is_empty());
        }
        if let Some(due) = change.due_at {
            // A new due date is told of when it too is past.
            (self.due_at, self.reminded_at) = (Some(due), None);
        }
        self.version += 1;
        Ok(self)
    }

    /// Known to be told of as overdue.
    pub(crate) fn reminded(mut self, now: Timestamp) -> Self {
        self.reminded_at = Some(now);
        self.version += 1;
        self
    }

    fn must_be_open(&self) -> Result<()> {
        if self.state == TaskState::Open {
            Ok(())
        } else {
            Err(codes::NOT_OPEN.conflict())
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Actor, Rng};
    use proptest::prelude::*;

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    fn user(seed: u64) -> UserId {
        format!("usr_{seed:026}").parse().unwrap()
    }

    fn permit(now: i64) -> Permit {
        Actor::System("test").permit("tasks.close", &Owned::NOBODY, at(now)).unwrap()
    }

    fn task(by_hand: bool) -> Task {
        Task {
            id: Id::new(at(1), &Rng::seeded(1)),
            title: "回电".into(),
            detail: None,
            state: TaskState::Open,
            owner_id: None,
            unit_id: None,
            source: MANUAL.into(),
            key: None,
            by_hand,
            subject_kind: None,
            subject_id: None,
            due_at: Some(at(100)),
            created_by: None,
            created_at: at(1),
            done_at: None,
            done_by: None,
            result: None,
            reminded_at: None,
            version: 1,
            queue_id: None,
        }
    }

    fn code(result: Result<Task>) -> Option<&'static str> {
        match result {
            Err(kernel::Error::Conflict(code, _)) => Some(code.name()),
            _ => None,
        }
    }

    #[test]
    fn a_task_is_overdue_only_while_it_is_open() {
        let open = task(true);
        assert!(!open.is_overdue(at(100)) && open.is_overdue(at(101)));
        assert!(!open.completed(&permit(150), Closer::Person(user(2)), None).unwrap().is_overdue(at(200)));
        assert!(!Task { due_at: None, ..task(true) }.is_overdue(at(200)));
    }

    #[test]
    fn what_stands_for_something_else_closes_only_with_it() {
        let by_person = task(false).completed(&permit(5), Closer::Person(user(2)), None);
        assert_eq!(code(by_person), Some("tasks.not_by_hand"));
        let closed = task(false).completed(&permit(5), Closer::Source(Some(user(2))), None).unwrap();
        assert_eq!((closed.done_by, closed.done_at), (Some(user(2)), Some(at(5))));
        assert_eq!(code(closed.reopened(&permit(6))), Some("tasks.not_by_hand"));
    }

    #[test]
    fn a_pooled_task_is_taken_once() {
        let taken = task(true).taken(&permit(5), user(2), None).unwrap();
        assert_eq!(code(taken.taken(&permit(5), user(3), None)), Some("tasks.taken"));
    }

    proptest! {
        /// Whatever is tried in whatever order: the version counts the changes, a closed task says
        /// when, an open one does not, and a refusal changes nothing.
        #[test]
        fn a_task_is_always_whole(steps in prop::collection::vec(0u8..6, 0..30), by_hand: bool) {
            let mut task = task(by_hand);
            let mut changes = 1;
            for (now, step) in (2i64..).zip(steps) {
                let (permit, me) = (permit(now), user(u64::from(step)));
                let before = task.clone();
                let next = match step {
                    0 => before.completed(&permit, Closer::Person(me), Some("好".into())),
                    1 => before.cancelled(&permit, Closer::Source(None), Some("不用了".into())),
                    2 => before.reopened(&permit),
                    3 => before.reassigned(&permit, Assignee::Pool(None)),
                    4 => before.taken(&permit, me, None),
                    _ => { let seen = before.version; before.changed(&permit, seen, Change { due_at: Some(at(now)), ..Change::default() }) }
                };
                if let Ok(next) = next {
                    changes += 1;
                    task = next;
                }
                prop_assert_eq!(task.version, changes);
                prop_assert_eq!(task.state == TaskState::Open, task.done_at.is_none());
                prop_assert!(task.state != TaskState::Open || (task.result.is_none() && task.done_by.is_none()));
            }
        }
    }
}
