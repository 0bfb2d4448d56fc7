//! How a promise and what follows from it are kept together.

use audit::api::Entry;
use kernel::{Id, Result};
use store::{Fact, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    events::{self, PromiseFact},
    model::{Promise, PromiseState},
    queries,
};

/// What the tasks come from.
pub(crate) const SOURCE: &str = "promises";

pub(crate) fn subject(id: Id<Promise>) -> Subject {
    Subject::new("promise", id)
}

/// Keeps a new promise, and the task it is.
pub(crate) fn make(tx: &mut Tx<'_>, promise: &Promise) -> Result<()> {
    queries::insert(tx, promise)?;
    let assignee = match promise.owner_id {
        Some(id) => Assignee::Person { id, unit: promise.unit_id },
        None => Assignee::Pool(promise.unit_id),
    };
    let task = NewTask {
        source: SOURCE,
        key: Some(promise.id.to_string()),
        title: promise.what.clone(),
        detail: None,
        assignee,
        subject: Some(subject(promise.id)),
        due: Some(Due::At(promise.due_at)),
        by_hand: false,
    };
    tasks::api::create(tx, task)?;
    audit::api::record(tx, Entry::new("promises.made", "promise", promise.id).created(&promise.trace()))?;
    told(tx, events::MADE, promise)
}

/// Keeps what became of a promise, and closes its task with it.
pub(crate) fn close(tx: &mut Tx<'_>, before: &Promise, after: &Promise, reason: Option<&str>) -> Result<()> {
    queries::save(tx, after)?;
    let (action, kind) = match after.state {
        PromiseState::Withdrawn => ("promises.withdrawn", events::WITHDRAWN),
        _ => ("promises.kept", events::KEPT),
    };
    if after.state == PromiseState::Withdrawn {
        tasks::api::cancel_for(tx, SOURCE, &subject(after.id), None)?;
    } else {
        tasks::api::complete_for(tx, SOURCE, &subject(after.id), None)?;
    }
    let mut entry = Entry::new(action, "promise", after.id).change(&before.trace(), &after.trace());
    if let Some(reason) = reason {
        entry = entry.reason(reason);
    }
    audit::api::record(tx, entry)?;
    told(tx, kind, after)
}

/// Keeps the fact, and tells those who watch the list.
pub(crate) fn told(tx: &mut Tx<'_>, kind: &'static str, promise: &Promise) -> Result<()> {
    tx.emit(Fact::new(kind, promise.id, &PromiseFact::of(promise))?);
    tx.notify("promises", "promise.changed", promise, Some(promise.owned()))
}
