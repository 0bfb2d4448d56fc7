//! How a complaint and what follows from it are kept together, and what other modules call.

pub mod form;
mod said;

use audit::api::Entry;
use conversations::ConversationId;
use documents::Hand;
use http::Languages;
use kernel::{CustomerId, Error, Id, Money, Result, Timestamp, UnitId};
use store::{Fact, Tx};

pub use said::whose;

use crate::{
    acknowledge, duty,
    events::{self, ComplaintFact},
    http::{NewComplaint, taken_in},
    model::{
        BrandRisk, By, Complaint, ComplaintFigure, ComplaintMove, ComplaintMoveKind, ComplaintSeverity, ComplaintStep,
        ComplaintWay,
    },
    policy,
    queries::{self, figures::Counting},
    statistics::{self, Statistics, StatisticsPeriod},
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

/// The complaint of this id, whoever asks.
///
/// # Errors
/// [`Error::NotFound`] without one.
pub fn get(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<Complaint> {
    queries::find(tx, id)
}

/// The complaint of this id, for those who may see it.
///
/// # Errors
/// [`Error::NotFound`] without one within the actor's reach; [`Error::Forbidden`] for those who may see none.
pub fn visible(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<Complaint> {
    let complaint = queries::find(tx, id)?;
    policy::may_see(tx.actor(), &complaint)?;
    Ok(complaint)
}

/// What happened to a complaint, in order, whoever asks.
///
/// # Errors
/// From the database.
pub fn course(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<Vec<ComplaintMove>> {
    queries::moves(tx, id)
}

/// Founded complaints that were decided, the latest first: for the demo story.
///
/// # Errors
/// From the database.
pub fn founded(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Complaint>> {
    queries::founded(tx, limit)
}

/// The complaint of this id, when the actor may handle it; whoever else changes it waits.
///
/// # Errors
/// [`Error::NotFound`] without one in sight; [`Error::Forbidden`] for those who may only see it.
pub fn workable(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<Complaint> {
    let complaint = queries::lock(tx, id)?;
    let _permit = policy::may_handle(tx.actor(), &complaint, tx.now())?;
    Ok(complaint)
}

/// Whether the actor may handle a complaint.
pub fn may_work(tx: &Tx<'_>, complaint: &Complaint) -> bool {
    policy::may_handle(tx.actor(), complaint, tx.now()).is_ok()
}

/// Those of these ids that the actor may see, in no order.
///
/// # Errors
/// From the database.
pub fn among(tx: &mut Tx<'_>, ids: &[Id<Complaint>]) -> Result<Vec<Complaint>> {
    let mut found = queries::of_ids(tx, ids)?;
    found.retain(|one| policy::may_see(tx.actor(), one).is_ok());
    Ok(found)
}

/// The latest complaints, whoever may see them: for modules that did their own check.
///
/// # Errors
/// From the database.
pub fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Complaint>> {
    queries::latest(tx, limit)
}

/// How often colleagues did something about a complaint.
///
/// # Errors
/// From the database.
pub fn acts(tx: &mut Tx<'_>, id: Id<Complaint>) -> Result<i64> {
    queries::acts(tx, id)
}

/// 《顾客投诉分类统计表》 of some days, of what people of these units look after, or of all, whoever asks.
///
/// # Errors
/// [`Error::Invalid`] for days that are none; from the database.
pub fn statistics(
    tx: &mut Tx<'_>,
    (from, to): (&str, &str),
    by: StatisticsPeriod,
    units: Option<Vec<UnitId>>,
) -> Result<Statistics> {
    let rules = queries::rules(tx)?;
    let scope = policy::everything()?;
    let which = Counting { scope, from: from.to_owned(), to: to.to_owned(), units, categories: None };
    statistics::read(tx, &which, by, &rules)
}

/// What may be paid to its customer, once that is approved: minor units.
pub fn compensation(complaint: &Complaint) -> Money {
    ComplaintFigure::of(complaint).compensation
}

/// Of which currency amounts of complaints are, ISO 4217.
///
/// # Errors
/// From the database.
pub fn currency(tx: &mut Tx<'_>) -> Result<String> {
    Ok(queries::rules(tx)?.currency)
}

/// As the organisation writes on paper, in a module's own words.
///
/// # Errors
/// From the database.
pub fn hand(tx: &mut Tx<'_>, words: &'static Languages) -> Result<Hand> {
    let organisation = settings::api::organisation(tx)?;
    let locale = organisation.locale.text();
    Ok(Hand {
        house: organisation.name,
        locale,
        texts: words.texts(locale),
        zone: settings::api::calendar(tx)?.zone().clone(),
        name: tx.actor().staff().map(|staff| staff.name.clone()).unwrap_or_default(),
        now: tx.now(),
    })
}

/// A customer's number as it stands on paper: masked, or in clear for those who may see it so and say why; empty for
/// nobody.
///
/// # Errors
/// [`Error::Forbidden`] and [`Error::NotFound`] as `customers::api::may_unmask`.
pub fn phone_on_paper(tx: &mut Tx<'_>, customer: Option<CustomerId>, reason: Option<&str>) -> Result<String> {
    let phone = match (customer, reason) {
        (None, _) => None,
        (Some(customer), None) => customers::api::card(tx, customer)?.phone,
        (Some(customer), Some(_)) => {
            customers::api::may_unmask(tx, customer)?;
            customers::api::get(tx, customer)?.phone
        }
    };
    Ok(phone.unwrap_or_default())
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
