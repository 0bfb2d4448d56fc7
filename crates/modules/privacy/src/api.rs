//! What other modules call.

use audit::api::Entry;
use customers::CustomerState;
use kernel::{Actor, Check, CustomerId, Error, Result, Timestamp, UserId};
use store::{Fact, Tx};

use crate::{
    codes,
    events::{self, ConsentFact, DoNotContactFact},
    model::{self, ConsentAnswer, ConsentPurpose, ConsentRecord, ConsentWay, ContactVerdict, Covers, DoNotContact},
    queries,
};

pub use crate::handling::remind;

/// What a file that shows something is attached to.
pub(crate) const FILE_OF: &str = "consent";
/// How long ago something may have been said: ten years.
const LONGEST_AGO_MS: i64 = 10 * 366 * 86_400_000;

/// Something a customer said of one purpose.
#[derive(Clone, Debug)]
pub struct Said {
    /// Who.
    pub customer: CustomerId,
    /// Of what.
    pub purpose: ConsentPurpose,
    /// What.
    pub answer: ConsentAnswer,
    /// Which way.
    pub way: ConsentWay,
    /// In their words, or what else shows it: up to 1,000 characters.
    pub words: String,
    /// Where it was said: the id of a conversation, a message, or a file that the actor sent.
    pub reference: Option<String>,
    /// Which version of the text they agreed to: up to 40 characters.
    pub text_version: String,
    /// When; none: now.
    pub at: Option<Timestamp>,
}

/// Records what a customer said. Asks for no permission. Words, a reference or a version of a text must show it.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::NotFound`] without the customer; `privacy.erased` for one of whom nothing is known any
/// more.
pub fn record(tx: &mut Tx<'_>, said: &Said) -> Result<ConsentRecord> {
    let now = tx.now();
    let at = said.at.unwrap_or(now);
    let (words, text_version) = (said.words.trim(), said.text_version.trim());
    Check::new()
        .text("words", words, 0..=1_000)
        .text("text_version", text_version, 0..=40)
        .that(said.reference.as_deref().is_none_or(model::is_reference), "reference", "malformed")
        .that(!words.is_empty() || said.reference.is_some() || !text_version.is_empty(), "words", "required")
        .that(at <= now, "at", "in_the_future")
        .that(now.since(at) < LONGEST_AGO_MS, "at", "out_of_range")
        .done()?;
    let (customer_id, covers) = person(tx, said.customer)?;
    let (recorded_by, recorded_by_name) = me(tx);
    let consent = ConsentRecord {
        id: tx.new_id(),
        customer_id,
        covers,
        purpose: said.purpose,
        answer: said.answer,
        way: said.way,
        words: words.to_owned(),
        reference: said.reference.clone(),
        text_version: text_version.to_owned(),
        said_at: at,
        recorded_at: now,
        recorded_by,
        recorded_by_name,
    };
    if let Some(file) = said.reference.as_deref().and_then(|reference| reference.parse().ok()) {
        files::api::attach(tx, file, FILE_OF, consent.id).map_err(Error::absent("reference", "unknown"))?;
    }
    queries::insert_consent(tx, &consent)?;
    audit::api::record(tx, Entry::new("privacy.consent_recorded", "consent", consent.id).created(&consent.trace()))?;
    let ConsentRecord { purpose, answer, said_at, .. } = consent;
    tx.emit(Fact::new(events::RECORDED, consent.id, &ConsentFact { customer_id, purpose, answer, said_at })?);
    Ok(consent)
}

/// Whether this customer's data may be used for a purpose now, or why not: what was said last counts, of everybody
/// who is one person with them; and nothing is done for which they are not to be contacted.
///
/// # Errors
/// [`Error::NotFound`] without the customer.
pub fn may_contact(tx: &mut Tx<'_>, customer: CustomerId, purpose: ConsentPurpose) -> Result<ContactVerdict> {
    if customers::api::get(tx, customer)?.state == CustomerState::Erased {
        return Ok(ContactVerdict::Erased);
    }
    let members = customers::api::members(tx, customer)?;
    let said = queries::consents(tx, &members, Some(purpose))?;
    let entries = queries::entries(tx, &members)?;
    let (said, entry) = (model::latest(&said, &members), model::strongest(&entries, purpose, tx.now()));
    Ok(model::verdict(said, entry, purpose))
}

/// What this customer said last of a purpose; none when nothing was said.
///
/// # Errors
/// [`Error::NotFound`] without the customer.
pub fn answer(tx: &mut Tx<'_>, customer: CustomerId, purpose: ConsentPurpose) -> Result<Option<ConsentAnswer>> {
    let members = customers::api::members(tx, customer)?;
    let said = queries::consents(tx, &members, Some(purpose))?;
    Ok(model::latest(&said, &members).map(|said| said.answer))
}

/// Somebody wants to be left in peace.
#[derive(Clone, Debug)]
pub(crate) struct Peace {
    pub customer: CustomerId,
    pub purpose: Option<ConsentPurpose>,
    pub until: Option<Timestamp>,
    pub reason: String,
}

/// Keeps that somebody is not to be contacted, beside what stands already.
pub(crate) fn enter(tx: &mut Tx<'_>, peace: &Peace) -> Result<DoNotContact> {
    let now = tx.now();
    Check::new()
        .text("reason", &peace.reason, 1..=500)
        .that(peace.purpose.is_none_or(ConsentPurpose::is_contact), "purpose", "not_allowed")
        .that(peace.until.is_none_or(|until| until > now), "until", "in_the_past")
        .that(peace.until.is_none_or(|until| until.since(now) < LONGEST_AGO_MS), "until", "out_of_range")
        .done()?;
    let (customer_id, covers) = person(tx, peace.customer)?;
    let (entered_by, entered_by_name) = me(tx);
    let entry = DoNotContact {
        id: tx.new_id(),
        customer_id,
        covers,
        purpose: peace.purpose,
        until_at: peace.until,
        reason: peace.reason.trim().to_owned(),
        entered_at: now,
        entered_by,
        entered_by_name,
        lifted_at: None,
        lifted_by: None,
        lifted_by_name: None,
        lift_reason: None,
    };
    queries::insert_entry(tx, &entry)?;
    let trail = Entry::new("privacy.do_not_contact_entered", "do_not_contact", entry.id);
    audit::api::record(tx, trail.created(&entry.trace()))?;
    told(tx, events::ENTERED, &entry)?;
    Ok(entry)
}

/// Keeps that an entry was lifted.
pub(crate) fn lift(tx: &mut Tx<'_>, before: &DoNotContact, after: &DoNotContact) -> Result<()> {
    queries::save_lifted(tx, after)?;
    let trail = Entry::new("privacy.do_not_contact_lifted", "do_not_contact", after.id);
    audit::api::record(tx, trail.change(&before.trace(), &after.trace()))?;
    told(tx, events::LIFTED, after)
}

fn told(tx: &mut Tx<'_>, kind: &'static str, entry: &DoNotContact) -> Result<()> {
    let DoNotContact { id: do_not_contact_id, customer_id, purpose, until_at, .. } = *entry;
    let fact = DoNotContactFact { do_not_contact_id, customer_id, purpose, until_at };
    tx.emit(Fact::new(kind, entry.id, &fact)?);
    Ok(())
}

/// Who is meant, and everybody who is one person with them.
fn person(tx: &mut Tx<'_>, id: CustomerId) -> Result<(CustomerId, Covers)> {
    let customer = customers::api::get(tx, id)?;
    if customer.state == CustomerState::Erased {
        return Err(codes::ERASED.conflict());
    }
    Ok((customer.id, Covers(customers::api::members(tx, customer.id)?)))
}

/// Who acts, if it is one of the department.
pub(crate) fn me(tx: &Tx<'_>) -> (Option<UserId>, String) {
    match tx.actor() {
        Actor::Staff(staff) => (Some(staff.id), staff.name.clone()),
        _ => (None, String::new()),
    }
}
