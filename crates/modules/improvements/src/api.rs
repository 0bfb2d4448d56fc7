//! How an analysis, an action and what a complaint comes to are kept with what follows from them.

use audit::api::Entry;
use complaints::{Complaint, RevisitOutcome};
use kernel::{Id, Result, Timestamp};
use orders::OrderState;
use store::{Fact, Tx};

use crate::{
    duty,
    events::{self, ImprovementFact},
    model::{
        By, ComplaintAnalysis, ComplaintOutcome, DAY_MS, ImprovementAction, ImprovementMove, ImprovementMoveKind,
        ImprovementState, RECOVERY_DAYS,
    },
    queries::{self, outcomes},
};

/// What happened, in words where there are any.
pub(crate) struct Happening {
    pub kind: ImprovementMoveKind,
    pub words: String,
}

impl Happening {
    pub(crate) fn new(kind: ImprovementMoveKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into() }
    }
}

/// Whoever acts, as of now.
///
/// # Errors
/// [`kernel::Error::Unauthenticated`] for anyone but staff.
pub(crate) fn by(tx: &Tx<'_>) -> Result<By> {
    let staff = tx.actor().staff()?;
    Ok(By { id: staff.id, name: staff.name.clone(), at: tx.now() })
}

/// Keeps what a complaint comes to now, with its analysis if there is one.
pub(crate) fn keep_outcome(tx: &mut Tx<'_>, complaint: &Complaint, analysis: Option<&ComplaintAnalysis>) -> Result<()> {
    let closed_day = match complaint.closed_at {
        Some(at) => Some(settings::api::day_of(tx, at)?.to_string()),
        None => None,
    };
    // The last word counts: what they say once it is over, else what they said when asked again.
    let asked = complaint.revisit.as_ref();
    let score = complaint.rating.as_ref().map(|one| one.score).or_else(|| asked.and_then(|one| one.score));
    let outcome = ComplaintOutcome {
        complaint_id: complaint.id,
        day: complaint.day.clone(),
        closed_day,
        customer_id: complaint.customer_id,
        cause_id: analysis.map(|one| one.cause_id.clone()),
        cause: analysis.map(|one| one.cause.clone()),
        owner_id: complaint.owner_id,
        unit_id: complaint.unit_id,
        handler_id: complaint.handler_id,
        handler_unit_id: complaint.handler_unit_id,
        registered_at: complaint.registered_at,
        closed_at: complaint.closed_at,
        acts: complaints::api::acts(tx, complaint.id)?,
        minutes: analysis.and_then(|one| one.minutes),
        compensation: complaints::api::compensation(complaint),
        points: analysis.map_or(0, |one| one.points),
        lost: analysis.map_or(kernel::Money(0), |one| one.lost),
        anonymous: complaint.anonymous,
        unreachable: asked.is_some_and(|one| one.outcome == RevisitOutcome::Unreachable),
        score,
        bought_at: bought_again(tx, complaint.customer_id, complaint.closed_at)?,
    };
    outcomes::keep(tx, &outcome)
}

/// When this person first bought within 90 days after a moment; what came to nothing is no purchase.
pub(crate) fn bought_again(
    tx: &mut Tx<'_>,
    customer: Option<kernel::CustomerId>,
    closed: Option<Timestamp>,
) -> Result<Option<Timestamp>> {
    let (Some(customer), Some(closed)) = (customer, closed) else { return Ok(None) };
    let members = match customers::api::members(tx, customer) {
        Err(kernel::Error::NotFound) => return Ok(None),
        members => members?,
    };
    let within = |at: Timestamp| at > closed && at.since(closed) <= RECOVERY_DAYS * DAY_MS;
    let had = |state: OrderState| !matches!(state, OrderState::Refunded | OrderState::Cancelled);
    let orders = orders::api::of(tx, &members)?;
    Ok(orders.into_iter().find(|order| within(order.placed_at) && had(order.state)).map(|order| order.placed_at))
}

/// Keeps a new action, and the duty of whoever has it.
pub(crate) fn open(tx: &mut Tx<'_>, action: &ImprovementAction, words: String) -> Result<()> {
    queries::insert(tx, action)?;
    happened(tx, action, Happening::new(ImprovementMoveKind::Opened, words))?;
    let entry = Entry::new("improvements.opened", "improvement_action", action.id);
    audit::api::record(tx, entry.created(&action.trace()))?;
    duty::begin(tx, action)?;
    told(tx, events::OPENED, None, action)
}

/// Keeps what became of an action, with what follows: the owner's task, the verifier's.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: &ImprovementAction,
    after: &ImprovementAction,
    happening: Happening,
) -> Result<()> {
    queries::save(tx, after)?;
    let reasoned = matches!(happening.kind, ImprovementMoveKind::HandedOver | ImprovementMoveKind::Ineffective);
    let reason = happening.words.clone();
    happened(tx, after, happening)?;
    let mut entry = Entry::new(action, "improvement_action", after.id).change(&before.trace(), &after.trace());
    if reasoned && !reason.is_empty() {
        entry = entry.reason(&reason);
    }
    audit::api::record(tx, entry)?;
    duty::follow(tx, before, after)?;
    let kind = match (before.state, after.state) {
        (ImprovementState::Completed | ImprovementState::Closed, ImprovementState::Open) => events::REOPENED,
        (ImprovementState::Completed, ImprovementState::Closed) => events::CLOSED,
        _ => events::CHANGED,
    };
    told(tx, kind, Some(before), after)
}

/// Writes down that something happened that changes nothing.
pub(crate) fn note(tx: &mut Tx<'_>, action: &ImprovementAction, words: &str) -> Result<()> {
    happened(tx, action, Happening::new(ImprovementMoveKind::Noted, words))?;
    audit::api::record(tx, Entry::new("improvements.noted", "improvement_action", action.id))?;
    told(tx, events::CHANGED, None, action)
}

/// It was not done in time: that is written down, and whoever leads its owner is told.
pub(crate) fn overdue(tx: &mut Tx<'_>, action: &ImprovementAction) -> Result<()> {
    happened(tx, action, Happening::new(ImprovementMoveKind::Overdue, ""))?;
    duty::alert(tx, action)?;
    told(tx, events::OVERDUE, None, action)
}

fn happened(tx: &mut Tx<'_>, action: &ImprovementAction, happening: Happening) -> Result<()> {
    // What opens, joins or comes again by itself was nobody's act, whoever's analysis it followed.
    let by_itself = matches!(happening.kind, ImprovementMoveKind::Joined | ImprovementMoveKind::Recurred)
        || happening.kind == ImprovementMoveKind::Opened && action.opened_by.is_none();
    let staff = tx.actor().staff().ok().filter(|_| !by_itself).cloned();
    let id: Id<ImprovementMove> = tx.new_id();
    let one = ImprovementMove {
        id,
        improvement_action_id: action.id,
        number: 0,
        kind: happening.kind,
        words: happening.words,
        by_id: staff.as_ref().map(|staff| staff.id),
        by_name: staff.map(|staff| staff.name.clone()),
        at: tx.now(),
    };
    queries::insert_move(tx, one)
}

/// Keeps the fact, and tells everybody who watches it, and those who lose sight of it a last time.
fn told(
    tx: &mut Tx<'_>,
    kind: &'static str,
    before: Option<&ImprovementAction>,
    after: &ImprovementAction,
) -> Result<()> {
    tx.emit(Fact::new(kind, after.id, &ImprovementFact::of(after))?);
    let mut audiences = vec![after.owned()];
    audiences.extend(before.map(ImprovementAction::owned).filter(|one| *one != after.owned()));
    for audience in audiences {
        tx.notify("improvement_actions", "improvement_action.changed", after, Some(audience))?;
    }
    Ok(())
}
