//! How a request and what follows from it are kept together.

use audit::api::Entry;
use kernel::{CustomerId, Id, Result};
use store::{Fact, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    events::{self, PrivacyRequestFact},
    model::{PrivacyRequest, PrivacyRequestState, SOON_MS},
    queries::requests as queries,
    words,
};

/// What the tasks come from.
pub(crate) const SOURCE: &str = "privacy";
/// How many are reminded of in one transaction.
const AT_ONCE: i64 = 200;

fn subject(id: Id<PrivacyRequest>) -> Subject {
    Subject::new("privacy_request", id)
}

/// Keeps a new request, and the task it is. The task names nobody: what it is about is said by the request.
pub(crate) fn receive(tx: &mut Tx<'_>, request: &PrivacyRequest) -> Result<()> {
    queries::insert(tx, request)?;
    let texts = words::texts(settings::api::organisation(tx)?.locale.text());
    let assignee = match request.owner_id {
        Some(id) => Assignee::Person { id, unit: request.unit_id },
        None => Assignee::Pool(request.unit_id),
    };
    let task = NewTask {
        source: SOURCE,
        key: Some(request.id.to_string()),
        title: texts.word(request.kind.text()).to_owned(),
        detail: None,
        assignee,
        subject: Some(subject(request.id)),
        due: Some(Due::At(request.due_at)),
        by_hand: false,
    };
    tasks::api::create(tx, task)?;
    let entry = Entry::new("privacy.request_received", "privacy_request", request.id);
    audit::api::record(tx, entry.created(&request.trace()))?;
    told(tx, events::RECEIVED, request)
}

/// Keeps that it was made sure who asks, or who somebody unknown is.
pub(crate) fn verify(tx: &mut Tx<'_>, before: &PrivacyRequest, after: &PrivacyRequest) -> Result<()> {
    queries::save(tx, after)?;
    let linked = before.customer_id.is_none() && after.customer_id.is_some();
    trail(tx, if linked { "privacy.claimant_linked" } else { "privacy.identity_checked" }, before, after)?;
    show(tx, after)
}

/// Keeps that somebody was looked for: how often and what came of it, nobody's name.
pub(crate) fn search(tx: &mut Tx<'_>, before: &PrivacyRequest, after: &PrivacyRequest) -> Result<()> {
    queries::save(tx, after)?;
    let last = after.searches.0.last();
    let found = serde_json::json!({"found": last.map(|search| search.found), "named": last.map(|search| search.named)});
    let entry = Entry::new("privacy.claimant_searched", "privacy_request", after.id);
    audit::api::record(tx, entry.change(&serde_json::json!({"searches": before.searches.0.len()}), &found))?;
    show(tx, after)
}

/// Keeps what became of a request, and closes its task with it.
pub(crate) fn close(tx: &mut Tx<'_>, before: &PrivacyRequest, after: &PrivacyRequest) -> Result<()> {
    queries::save(tx, after)?;
    let action = match after.state {
        PrivacyRequestState::Refused => "privacy.request_refused",
        PrivacyRequestState::TakenBack => "privacy.request_taken_back",
        _ => "privacy.request_done",
    };
    if after.state == PrivacyRequestState::TakenBack {
        tasks::api::cancel_for(tx, SOURCE, &subject(after.id), None)?;
    } else {
        tasks::api::complete_for(tx, SOURCE, &subject(after.id), None)?;
    }
    trail(tx, action, before, after)?;
    told(tx, events::CLOSED, after)
}

fn trail(tx: &mut Tx<'_>, action: &'static str, before: &PrivacyRequest, after: &PrivacyRequest) -> Result<()> {
    audit::api::record(tx, Entry::new(action, "privacy_request", after.id).change(&before.trace(), &after.trace()))
}

/// Keeps the fact, and tells those who watch the list.
pub(crate) fn told(tx: &mut Tx<'_>, kind: &'static str, request: &PrivacyRequest) -> Result<()> {
    tx.emit(Fact::new(kind, request.id, &PrivacyRequestFact::of(request))?);
    show(tx, request)
}

fn show(tx: &mut Tx<'_>, request: &PrivacyRequest) -> Result<()> {
    tx.notify("privacy_requests", "privacy_request.changed", request, Some(request.owned()))
}

/// Tells of requests that are due within a week, each once, as the hourly job does; answers whether there may be more.
///
/// # Errors
/// From the database.
pub fn remind(tx: &mut Tx<'_>) -> Result<bool> {
    let now = tx.now();
    let soon = queries::due_before(tx, now.plus_millis(SOON_MS), AT_ONCE)?;
    for before in &soon {
        let after = before.clone().reminded(now);
        queries::save(tx, &after)?;
        told(tx, events::DUE_SOON, &after)?;
    }
    Ok(soon.len() as i64 == AT_ONCE)
}

/// Empties what is personal of the requests of these, and forgets their copies.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::empty(tx, customers)
}

/// Forgets the copies whose time is over.
pub(crate) fn sweep(tx: &mut Tx<'_>) -> Result<()> {
    queries::forget_copies(tx, tx.now())
}
