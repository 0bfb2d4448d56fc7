//! What other modules call.

use audit::api::Entry;
use kernel::{Error, Id, Money, Result, UserId};
use serde_json::json;
use store::{Fact, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

use crate::{
    authority,
    events::{self, ApprovalFact},
    model::{Approval, ApprovalKind, ApprovalState, Decision, Request, needed},
    queries,
};

/// This module, as the source of its tasks.
const SOURCE: &str = "approvals";
/// Business time an approver has, unless told: four hours.
const WITHIN_MS: i64 = 4 * 3_600_000;

/// A request by the one who acts.
#[derive(Clone, Debug)]
pub struct Ask {
    /// The module that asks: `feedback`; `manual` when a person does.
    pub source: &'static str,
    /// What the source knows the request by; asked again under this key, it is not made again.
    pub key: Option<String>,
    /// What is to be granted.
    pub kind: ApprovalKind,
    /// How much: minor units of the currency, points, or records.
    pub amount: Money,
    /// Of which currency, ISO 4217; none for what is no money.
    pub currency: Option<String>,
    /// Why: 1 to 1,000 characters.
    pub reason: String,
    /// What it is about: kind and id.
    pub subject: Option<(String, String)>,
    /// Until when a decision is wanted; four hours of business time unless told.
    pub due: Option<Due>,
}

/// Asks on behalf of the one who acts. What lies within their own authority is approved at once, and
/// `state` says so; everything else waits, as a task in the pool of the applicant's unit, for somebody
/// whose limit covers it. Asks for no permission: the calling module did.
///
/// # Errors
/// [`Error::Unauthenticated`] for anyone but staff; [`Error::Invalid`] for what cannot be asked.
pub fn ask(tx: &mut Tx<'_>, ask: Ask) -> Result<Approval> {
    let Ask { source, key, kind, amount, currency, reason, subject, due } = ask;
    let applicant = tx.actor().staff()?.clone();
    let request = Request { kind, amount, currency, reason };
    request.check()?;
    let limits = authority::limits(tx)?;
    let role = access::api::user(tx, applicant.id)?.role_id;
    let own_limit = limits.of(role, kind, request.currency.as_deref());
    let needed = needed(amount, own_limit, limits.needs_two(kind, request.currency.as_deref(), amount))
        .max(i64::from(kind.needs_another()));
    let at_once = needed == 0;
    let (subject_kind, subject_id) = subject.unzip();
    let approval = Approval {
        id: tx.new_id(),
        kind,
        amount,
        currency: request.currency,
        reason: request.reason.trim().into(),
        source: source.into(),
        key,
        subject_kind,
        subject_id,
        applicant_id: applicant.id,
        unit_id: applicant.unit,
        state: if at_once { ApprovalState::Approved } else { ApprovalState::Pending },
        needed,
        due_at: if at_once { None } else { due_at(tx, due)? },
        created_at: tx.now(),
        decided_at: at_once.then(|| tx.now()),
        version: 1,
    };
    if let Some(before) = queries::insert(tx, &approval)? {
        return Ok(before);
    }
    let action = if at_once { "approvals.approved_by_authority" } else { "approvals.asked" };
    audit::api::record(tx, Entry::new(action, "approval", approval.id).created(&approval))?;
    told(tx, events::ASKED, &approval, None)?;
    if at_once {
        told(tx, events::DECIDED, &approval, None)?;
    } else {
        tasks::api::create(tx, duty(&approval))?;
    }
    Ok(approval)
}

/// Whether somebody else than who acts could agree to so many records of customers being erased, by the limits as they are.
///
/// # Errors
/// [`Error::Unauthenticated`] for anyone but staff.
pub fn somebody_may_purge(tx: &mut Tx<'_>, count: i64) -> Result<bool> {
    authority::somebody_may(tx, ApprovalKind::Purge, None, Money(count))
}

/// Where a request stands. Asks for no permission.
///
/// # Errors
/// [`Error::NotFound`] without such a request.
pub fn standing(tx: &mut Tx<'_>, id: Id<Approval>) -> Result<Approval> {
    queries::find(tx, id)
}

/// The approvers' task: in the pool of the applicant's unit, which those see who reach that unit.
fn duty(approval: &Approval) -> NewTask {
    let line: Vec<&str> = approval.reason.split_whitespace().collect();
    NewTask {
        source: SOURCE,
        key: Some(approval.id.to_string()),
        title: line.join(" ").chars().take(200).collect(),
        detail: None,
        assignee: Assignee::Pool(approval.unit_id),
        subject: Some(subject(approval)),
        due: approval.due_at.map(Due::At),
        by_hand: false,
    }
}

/// The moment a decision is wanted by; none where business time never comes.
fn due_at(tx: &mut Tx<'_>, due: Option<Due>) -> Result<Option<kernel::Timestamp>> {
    match due.unwrap_or(Due::BusinessMs(WITHIN_MS)).at(tx) {
        Ok(at) => Ok(Some(at)),
        Err(Error::Conflict(..)) if due.is_none() => Ok(None),
        Err(error) => Err(error),
    }
}

fn subject(approval: &Approval) -> Subject {
    Subject::new("approval", approval.id)
}

/// Keeps a decision: with the last one that is needed the request is final, and its task done.
pub(crate) fn keep_decision(tx: &mut Tx<'_>, before: &Approval, after: &Approval, decision: &Decision) -> Result<()> {
    queries::save(tx, after)?;
    queries::insert_decision(tx, decision)?;
    let (was, is) = (json!({ "state": before.state }), json!({ "state": after.state, "decision": decision }));
    let mut entry = Entry::new("approvals.decided", "approval", after.id).change(&was, &is);
    if let Some(comment) = &decision.comment {
        entry = entry.reason(comment);
    }
    audit::api::record(tx, entry)?;
    if after.state == ApprovalState::Pending {
        return listed(tx, after);
    }
    tasks::api::complete_for(tx, SOURCE, &subject(after), decision.comment.as_deref())?;
    told(tx, events::DECIDED, after, Some(decision.decided_by))
}

/// Keeps a withdrawal; nobody need decide any more.
pub(crate) fn keep_withdrawal(tx: &mut Tx<'_>, before: &Approval, after: &Approval) -> Result<()> {
    queries::save(tx, after)?;
    audit::api::record(tx, Entry::new("approvals.withdrawn", "approval", after.id).change(before, after))?;
    tasks::api::cancel_for(tx, SOURCE, &subject(after), None)?;
    told(tx, events::WITHDRAWN, after, None)
}

/// Keeps the fact, and tells those who watch the list.
fn told(tx: &mut Tx<'_>, kind: &'static str, approval: &Approval, decided_by: Option<UserId>) -> Result<()> {
    tx.emit(Fact::new(kind, approval.id, &ApprovalFact::of(approval, decided_by))?);
    listed(tx, approval)
}

fn listed(tx: &mut Tx<'_>, approval: &Approval) -> Result<()> {
    tx.notify("approvals", "approval.changed", approval, Some(approval.owned()))
}
