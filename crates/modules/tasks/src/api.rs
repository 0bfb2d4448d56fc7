//! What other modules call.

use audit::api::Entry;
use kernel::{Check, Id, Result, Timestamp, UserId};
use store::{Fact, Tx};

pub use crate::model::{Assignee, MANUAL};
use crate::{
    events::{self, TaskFact},
    model::{Closer, Task, TaskState},
    policy, queries,
};

/// What a task is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// What kind of thing: `approval`.
    pub kind: &'static str,
    /// Which: its id.
    pub id: String,
}

impl Subject {
    /// The thing of this kind and id.
    pub fn new(kind: &'static str, id: impl ToString) -> Self {
        Self { kind, id: id.to_string() }
    }
}

/// Until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Due {
    /// Until this moment.
    At(Timestamp),
    /// Until so many milliseconds of business time have passed from now on.
    BusinessMs(i64),
}

impl Due {
    /// The moment it means, counted from the transaction's now.
    ///
    /// # Errors
    /// [`kernel::Error::Invalid`] when business time never gets there; from the database.
    pub fn at(self, tx: &mut Tx<'_>) -> Result<Timestamp> {
        match self {
            Self::At(moment) => Ok(moment),
            Self::BusinessMs(length) => {
                let now = tx.now();
                settings::api::calendar(tx)?.due(now, length)
            }
        }
    }
}

/// A duty that a module makes.
#[derive(Clone, Debug)]
pub struct NewTask {
    /// The module: `approvals`.
    pub source: &'static str,
    /// What the module knows the duty by; asked for again under this key, it is not made again.
    pub key: Option<String>,
    /// What is to be done, in words of a person (a reason, a subject line): 1 to 200 characters. That
    /// a decision is asked for, or a call, is said by `source`.
    pub title: String,
    /// More about it, up to 4,000 characters.
    pub detail: Option<String>,
    /// To whom it is given.
    pub assignee: Assignee,
    /// What it is about.
    pub subject: Option<Subject>,
    /// Until when.
    pub due: Option<Due>,
    /// Whether a person may close it; otherwise only [`complete_for`] and [`cancel_for`] do.
    pub by_hand: bool,
}

/// Makes a task, once for each source and key: asked again, answers the one there is, whatever has
/// become of it.
///
/// # Errors
/// [`kernel::Error::Invalid`] for a title or detail of the wrong length.
pub fn create(tx: &mut Tx<'_>, new: NewTask) -> Result<Task> {
    Check::new().text("title", &new.title, 1..=200).maybe_text("detail", new.detail.as_deref(), 0..=4_000).done()?;
    let due_at = new.due.map(|due| due.at(tx)).transpose()?;
    let owned = new.assignee.owned();
    let (subject_kind, subject_id) = new.subject.map(|subject| (subject.kind.to_owned(), subject.id)).unzip();
    let task = Task {
        id: tx.new_id(),
        title: new.title.trim().into(),
        detail: new.detail.map(|detail| detail.trim().to_owned()).filter(|detail| !detail.is_empty()),
        state: TaskState::Open,
        owner_id: owned.owner,
        unit_id: owned.unit,
        source: new.source.into(),
        key: new.key,
        by_hand: new.by_hand,
        subject_kind,
        subject_id,
        due_at,
        created_by: actor(tx),
        created_at: tx.now(),
        done_at: None,
        done_by: None,
        result: None,
        reminded_at: None,
        version: 1,
        queue_id: new.assignee.queue(),
    };
    if let Some(before) = queries::insert(tx, &task)? {
        return Ok(before);
    }
    audit::api::record(tx, Entry::new("tasks.created", "task", task.id).created(&task))?;
    told(tx, events::CREATED, &task, None)?;
    Ok(task)
}

/// Completes the open tasks that `source` made about `subject`; answers how many there were.
///
/// # Errors
/// From the database.
pub fn complete_for(tx: &mut Tx<'_>, source: &str, subject: &Subject, result: Option<&str>) -> Result<usize> {
    completing(tx, source, subject, None, result)
}

/// As [`complete_for`], of those that `owner` must do.
///
/// # Errors
/// From the database.
pub fn complete_of(
    tx: &mut Tx<'_>,
    source: &str,
    subject: &Subject,
    owner: UserId,
    result: Option<&str>,
) -> Result<usize> {
    completing(tx, source, subject, Some(owner), result)
}

fn completing(
    tx: &mut Tx<'_>,
    source: &str,
    subject: &Subject,
    owner: Option<UserId>,
    result: Option<&str>,
) -> Result<usize> {
    let (permit, by) = (policy::vouched(tx.now())?, Closer::Source(actor(tx)));
    close_for(tx, source, subject, owner, |task| task.completed(&permit, by, result.map(str::to_owned)))
}

/// Cancels the open tasks that `source` made about `subject`; answers how many there were.
///
/// # Errors
/// From the database.
pub fn cancel_for(tx: &mut Tx<'_>, source: &str, subject: &Subject, reason: Option<&str>) -> Result<usize> {
    cancelling(tx, source, subject, None, reason)
}

/// As [`cancel_for`], of those that `owner` must do.
///
/// # Errors
/// From the database.
pub fn cancel_of(
    tx: &mut Tx<'_>,
    source: &str,
    subject: &Subject,
    owner: UserId,
    reason: Option<&str>,
) -> Result<usize> {
    cancelling(tx, source, subject, Some(owner), reason)
}

fn cancelling(
    tx: &mut Tx<'_>,
    source: &str,
    subject: &Subject,
    owner: Option<UserId>,
    reason: Option<&str>,
) -> Result<usize> {
    let (permit, by) = (policy::vouched(tx.now())?, Closer::Source(actor(tx)));
    close_for(tx, source, subject, owner, |task| task.cancelled(&permit, by, reason.map(str::to_owned)))
}

/// Gives the open tasks that `source` made about `subject` to somebody else; answers how many changed
/// hands.
///
/// # Errors
/// From the database.
pub fn reassign_for(tx: &mut Tx<'_>, source: &str, subject: &Subject, to: Assignee) -> Result<usize> {
    let permit = policy::vouched(tx.now())?;
    let mut given = 0;
    for before in queries::lock_about(tx, subject.kind, &subject.id)? {
        if before.source == source && (before.owned() != to.owned() || before.queue_id != to.queue()) {
            let after = before.clone().reassigned(&permit, to)?;
            keep(tx, &before, &after, events::REASSIGNED, Entry::new("tasks.reassigned", "task", before.id))?;
            given += 1;
        }
    }
    Ok(given)
}

fn close_for(
    tx: &mut Tx<'_>,
    source: &str,
    subject: &Subject,
    owner: Option<UserId>,
    mut close: impl FnMut(Task) -> Result<Task>,
) -> Result<usize> {
    let open = queries::lock_about(tx, subject.kind, &subject.id)?;
    let mut closed = 0;
    let theirs = |task: &Task| owner.is_none() || task.owner_id == owner;
    for before in open.into_iter().filter(|task| task.source == source && theirs(task)) {
        let after = close(before.clone())?;
        keep_closed(tx, &before, &after)?;
        closed += 1;
    }
    Ok(closed)
}

/// The open tasks about `subject`, whoever made them, oldest first. Asks for no permission.
///
/// # Errors
/// From the database.
pub fn open_for(tx: &mut Tx<'_>, subject: &Subject) -> Result<Vec<Task>> {
    queries::open_about(tx, subject.kind, &subject.id)
}

/// The task of this id. Asks for no permission.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub fn task(tx: &mut Tx<'_>, id: Id<Task>) -> Result<Task> {
    queries::find(tx, id)
}

/// Tells of the tasks that became overdue, each once, up to `limit` of them; answers how many.
///
/// # Errors
/// From the database.
pub fn remind(tx: &mut Tx<'_>, limit: i64) -> Result<usize> {
    let now = tx.now();
    let late = queries::past_due(tx, now, limit)?;
    let count = late.len();
    for task in late {
        let owner = task.owner_id;
        let task = task.reminded(now);
        queries::save(tx, &task)?;
        told(tx, events::OVERDUE, &task, owner)?;
    }
    Ok(count)
}

/// Saves a closing with its entry and its fact.
pub(crate) fn keep_closed(tx: &mut Tx<'_>, before: &Task, after: &Task) -> Result<()> {
    let (action, kind) = match after.state {
        TaskState::Cancelled => ("tasks.cancelled", events::CANCELLED),
        _ => ("tasks.completed", events::COMPLETED),
    };
    keep(tx, before, after, kind, Entry::new(action, "task", after.id))
}

/// Saves a change with its entry and its fact.
pub(crate) fn keep(tx: &mut Tx<'_>, before: &Task, after: &Task, kind: &'static str, entry: Entry) -> Result<()> {
    queries::save(tx, after)?;
    audit::api::record(tx, entry.change(before, after))?;
    if before.owned() != after.owned() {
        // Those who lose sight of it hear of it a last time, so that it leaves their lists.
        tx.notify("tasks", "task.changed", after, Some(before.owned()))?;
    }
    told(tx, kind, after, before.owner_id)
}

/// Keeps the fact, and tells those who watch the list.
fn told(tx: &mut Tx<'_>, kind: &'static str, task: &Task, previous_owner: Option<UserId>) -> Result<()> {
    tx.emit(Fact::new(kind, task.id, &TaskFact::of(task, previous_owner))?);
    tx.notify("tasks", "task.changed", task, Some(task.owned()))
}

fn actor(tx: &Tx<'_>) -> Option<UserId> {
    tx.actor().staff().ok().map(|staff| staff.id)
}
