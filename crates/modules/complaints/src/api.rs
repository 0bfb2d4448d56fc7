//! How a complaint and what follows from it are kept together, and what other modules call.

use audit::api::Entry;
use conversations::ConversationId;
use kernel::{CustomerId, Error, Id, Result, Timestamp};
use store::{Fact, Tx};

use crate::{
    acknowledge, duty,
    events::{self, ComplaintFact},
    http::{NewComplaint, taken_in},
    model::{
        BrandRisk, By, Complaint, ComplaintMove, ComplaintMoveKind, ComplaintSeverity, ComplaintStep, ComplaintWay,
    },
    policy, queries,
};

/// A complaint that was first taken for something else.
#[derive(Clone, Debug)]
pub struct TakeIn {
    /// Who complains; nobody where they stay unnamed.
    pub customer_id: Option<CustomerId>,
    /// Their name.
    pub customer_name: String,
    /// The conversation it was said in.
    pub conversation_id: Option<ConversationId>,
    /// The message it was said with.
    pub message_seq: Option<i64>,
    /// What it is about, in a line: up to 100 characters.
    pub title: String,
    /// What happened, in the customer's words: 1 to 4,000 characters.
    pub content: String,
    /// What the customer asks for: 1 to 1,000 characters.
    pub remedy: String,
    /// Which goods or service: up to 200 characters.
    pub goods: Option<String>,
    /// When it happened.
    pub happened_at: Timestamp,
    /// Which way it came.
    pub way: ComplaintWay,
    /// How grave it is.
    pub severity: ComplaintSeverity,
}

/// Takes a complaint in for whoever acts, whose duty it is, as if they had filled in the form. The texts are the
/// caller's to have checked.
///
/// # Errors
/// [`Error::Forbidden`] for those who may take none in.
pub fn take_in(tx: &mut Tx<'_>, from: TakeIn) -> Result<Complaint> {
    let _permit = policy::may_register(tx.actor(), tx.now())?;
    let by = by(tx)?;
    let (customer_id, customer_name) = (from.customer_id, from.customer_name.clone());
    let complaint = taken_in(tx, &NewComplaint::from(from), Some(by), customer_id, customer_name)?;
    register(tx, &complaint)?;
    acknowledge::tell(tx, complaint)
}

/// How many complaints the actor may see were taken in on each day from `from` to `to`, `2026-11-26`, both included,
/// in the organisation's time zone; none for those who may see no complaints at all. Days without are left out.
///
/// # Errors
/// From the database.
pub fn taken_in_by_day(tx: &mut Tx<'_>, from: &str, to: &str) -> Result<Option<Vec<(String, i64)>>> {
    match policy::may_read(tx.actor()) {
        Ok(scope) => queries::by_day(tx, &scope, from, to).map(Some),
        Err(Error::Forbidden(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// What happened, in words where there are any.
pub(crate) struct Happening {
    pub kind: ComplaintMoveKind,
    pub words: String,
    whose: Whose,
}

/// Who did something.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Whose {
    Staff,
    Customer,
    Product,
}

impl Happening {
    pub(crate) fn new(kind: ComplaintMoveKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into(), whose: Whose::Staff }
    }

    /// The customer did it themselves.
    pub(crate) fn by_customer(kind: ComplaintMoveKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into(), whose: Whose::Customer }
    }

    /// The product did it, whoever's act it followed.
    pub(crate) fn by_itself(kind: ComplaintMoveKind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into(), whose: Whose::Product }
    }
}

/// Whoever acts, as of now.
///
/// # Errors
/// [`kernel::Error::Unauthenticated`] for anyone but staff.
pub(crate) fn by(tx: &Tx<'_>) -> Result<By> {
    let staff = tx.actor().staff()?;
    Ok(By { id: Some(staff.id), name: staff.name.clone(), at: tx.now() })
}

/// Keeps a new complaint, and the duty of whoever takes it in.
pub(crate) fn register(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<()> {
    queries::insert(tx, complaint)?;
    happened(tx, complaint, complaint.step, Happening::new(ComplaintMoveKind::Registered, complaint.content.as_str()))?;
    audit::api::record(tx, Entry::new("complaints.registered", "complaint", complaint.id).created(&complaint.trace()))?;
    duty::begin(tx, complaint)?;
    told(tx, events::REGISTERED, None, complaint)?;
    if complaint.brand_risk == BrandRisk::Viral {
        alarm(tx, complaint)
    } else {
        Ok(())
    }
}

/// Keeps what became of a complaint, with what follows: the next one's duty, the leader's alarm.
pub(crate) fn keep(
    tx: &mut Tx<'_>,
    action: &'static str,
    before: &Complaint,
    after: &Complaint,
    happening: Happening,
) -> Result<()> {
    queries::save(tx, after)?;
    let reason = happening.words.clone();
    let is_reason = matches!(
        happening.kind,
        ComplaintMoveKind::Returned
            | ComplaintMoveKind::HandedOver
            | ComplaintMoveKind::Refused
            | ComplaintMoveKind::AppealRefused
            | ComplaintMoveKind::AppealGranted
    );
    happened(tx, after, before.step, happening)?;
    let mut entry = Entry::new(action, "complaint", after.id).change(&before.trace(), &after.trace());
    if is_reason && !reason.is_empty() {
        entry = entry.reason(&reason);
    }
    audit::api::record(tx, entry)?;
    duty::follow(tx, before, after)?;
    let archived = after.step == ComplaintStep::Archived && before.step != ComplaintStep::Archived;
    told(tx, if archived { events::ARCHIVED } else { events::CHANGED }, Some(before), after)?;
    if after.brand_risk == BrandRisk::Viral && before.brand_risk != BrandRisk::Viral {
        return alarm(tx, after);
    }
    Ok(())
}

/// Writes down that something happened that changes nothing.
pub(crate) fn note(tx: &mut Tx<'_>, complaint: &Complaint, happening: Happening) -> Result<()> {
    happened(tx, complaint, complaint.step, happening)?;
    audit::api::record(tx, Entry::new("complaints.noted", "complaint", complaint.id))?;
    told(tx, events::CHANGED, None, complaint)
}

/// The leader is told at once (R089).
fn alarm(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<()> {
    duty::alert(tx, complaint, "viral")?;
    tx.emit(Fact::new(events::VIRAL, complaint.id, &ComplaintFact::of(complaint))?);
    Ok(())
}

/// Its step was not over in time: that is written down, and whoever leads its owner is told.
pub(crate) fn overdue(tx: &mut Tx<'_>, complaint: &Complaint) -> Result<()> {
    happened(tx, complaint, complaint.step, Happening::new(ComplaintMoveKind::Overdue, ""))?;
    duty::alert(tx, complaint, &format!("late/{}", complaint.runs.0.len()))?;
    told(tx, events::OVERDUE, None, complaint)
}

fn happened(tx: &mut Tx<'_>, complaint: &Complaint, step: ComplaintStep, happening: Happening) -> Result<()> {
    let staff = tx.actor().staff().ok().filter(|_| happening.whose == Whose::Staff).cloned();
    let customer =
        Some(complaint.customer_name.clone()).filter(|name| happening.whose == Whose::Customer && !name.is_empty());
    let id: Id<ComplaintMove> = tx.new_id();
    let one = ComplaintMove {
        id,
        complaint_id: complaint.id,
        number: 0,
        kind: happening.kind,
        step,
        words: happening.words,
        by_id: staff.as_ref().map(|staff| staff.id),
        by_name: staff.map(|staff| staff.name.clone()).or(customer),
        at: tx.now(),
    };
    queries::insert_move(tx, one)
}

/// Keeps the fact, and tells everybody who watches it, and those who lose sight of it a last time.
fn told(tx: &mut Tx<'_>, kind: &'static str, before: Option<&Complaint>, after: &Complaint) -> Result<()> {
    tx.emit(Fact::new(kind, after.id, &ComplaintFact::of(after))?);
    let mut audiences = vec![after.owned()];
    for one in [Some(after.handled()), before.map(Complaint::owned), before.map(Complaint::handled)] {
        audiences.extend(one.filter(|one| !audiences.contains(one)));
    }
    for audience in audiences {
        tx.notify("complaints", "complaint.changed", after, Some(audience))?;
    }
    Ok(())
}
