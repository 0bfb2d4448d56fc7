//! Taking in a list of customers, many at a time: what is new is entered, what is known is added to, and nothing
//! fresher is overwritten.

use std::collections::HashMap;

use audit::api::Entry;
use kernel::{CustomerId, Error, FieldError, Params, Result, Timestamp, UnitId, UserId};
use store::{Tx, text_enum};

use crate::{
    api, contact,
    model::{Customer, Details},
    policy, queries,
    sources::Source,
    stage::Stage,
    taking_back::Overwritten,
};

text_enum! {
    /// What tells two rows of a list apart.
    pub enum ListKey {
        /// The phone number.
        Phone = "phone",
        /// The e-mail address.
        Email = "email",
    }
}

/// A row of a list, in whatever spelling.
#[derive(Clone, Debug, Default)]
pub struct ListedCustomer {
    /// Their name.
    pub name: Option<String>,
    /// A phone number.
    pub phone: Option<String>,
    /// An e-mail address.
    pub email: Option<String>,
    /// What colleagues should know.
    pub note: Option<String>,
    /// Who looks after them, and the unit that colleague belongs to.
    pub placed: Option<(UserId, Option<UnitId>)>,
    /// How far it has come with them; for who is new.
    pub stage: Option<Stage>,
    /// As of when the row is true, where that is not when its list is.
    pub as_of: Option<Timestamp>,
}

/// How a list is taken in.
#[derive(Clone, Debug)]
pub struct Listing {
    /// What tells its rows apart.
    pub key: ListKey,
    /// Where it came from, and as of when it was true.
    pub source: Source,
    /// Whether anything is written, or only told what would become of each row.
    pub rehearsal: bool,
}

impl Listing {
    fn source_of(&self, row: &ListedCustomer) -> Source {
        Source { at: row.as_of.unwrap_or(self.source.at), ..self.source.clone() }
    }
}

/// What became of a row.
#[derive(Clone, Debug, PartialEq)]
pub enum Taken {
    /// Somebody new.
    Created,
    /// Something was added to who was known.
    Changed,
    /// Everything was known, or what was known is fresher.
    Same,
    /// It was not taken, and why: by field, `row` for all of it.
    Refused(Vec<FieldError>),
}

/// How a row's key is spelt; none when it has none, or it is none. Two rows of one call must not have the same.
pub fn key_of(key: ListKey, row: &ListedCustomer) -> Option<String> {
    match key {
        ListKey::Phone => row.phone.as_deref().and_then(contact::phone),
        ListKey::Email => row.email.as_deref().and_then(contact::email),
    }
}

/// Takes in these rows as whoever acts in `tx`, with what they may do; says what became of each, in their order.
///
/// # Errors
/// [`Error::Forbidden`] for somebody who may enter no customer; from the database.
pub fn take_in(tx: &mut Tx<'_>, listing: &Listing, rows: &[ListedCustomer]) -> Result<Vec<Taken>> {
    Ok(take_in_known(tx, listing, rows)?.into_iter().map(|told| told.taken).collect())
}

/// What became of a row, and what is needed to take it back.
#[derive(Clone, Debug)]
pub struct TakenRow {
    /// What became of it.
    pub taken: Taken,
    /// Whose it is: nobody's that was refused, nor that of somebody new in a rehearsal.
    pub customer_id: Option<CustomerId>,
    /// The version of them that it made; 0 where it made none.
    pub version: i64,
    /// What stood where it wrote; nothing of somebody new.
    pub overwritten: Vec<Overwritten>,
}

impl TakenRow {
    fn of(taken: Taken, customer_id: Option<CustomerId>) -> Self {
        Self { taken, customer_id, version: 0, overwritten: Vec::new() }
    }
}

/// As [`take_in`], with what is needed to take each row back.
///
/// # Errors
/// From the database.
pub fn take_in_known(tx: &mut Tx<'_>, listing: &Listing, rows: &[ListedCustomer]) -> Result<Vec<TakenRow>> {
    let keys: Vec<_> = rows.iter().map(|row| key_of(listing.key, row)).collect();
    let wanted: Vec<&str> = keys.iter().flatten().map(String::as_str).collect();
    let mut known: HashMap<String, Vec<Customer>> = HashMap::new();
    for (key, customer) in known_by(tx, listing.key, &wanted)? {
        known.entry(key).or_default().push(customer);
    }
    let mut new = Vec::new();
    let mut taken = Vec::with_capacity(rows.len());
    for (row, key) in rows.iter().zip(&keys) {
        let met = key.as_ref().and_then(|key| known.get(key)).map_or(&[][..], Vec::as_slice);
        taken.push(match judge(tx, listing, row, key.as_deref(), met)? {
            Judged::Refused(bad) => TakenRow::of(Taken::Refused(bad), None),
            Judged::Same => TakenRow::of(Taken::Same, met.first().map(|known| known.id)),
            Judged::New(customer) => {
                let id = Some(customer.id).filter(|_| !listing.rehearsal);
                let version = customer.version;
                new.push(*customer);
                TakenRow { version, ..TakenRow::of(Taken::Created, id) }
            }
            Judged::Known { before, after } => {
                if !listing.rehearsal {
                    queries::save(tx, &after)?;
                    let entry = Entry::new("customers.changed", "customer", after.id);
                    audit::api::record(tx, entry.change(&before.trace(), &after.trace_from(&before)))?;
                    api::changed(tx, &before, &after)?;
                }
                let overwritten = Overwritten::between(&before, &after);
                TakenRow { version: after.version, overwritten, ..TakenRow::of(Taken::Changed, Some(after.id)) }
            }
        });
    }
    if !listing.rehearsal && !new.is_empty() {
        queries::insert_many(tx, &new)?;
        tx.index(&new.iter().filter_map(|one| api::search_doc(std::slice::from_ref(one))).collect::<Vec<_>>())?;
        for customer in &new {
            api::announced(tx, customer, None)?;
        }
    }
    Ok(taken)
}

/// Who has one of these keys, merges followed.
fn known_by(tx: &mut Tx<'_>, key: ListKey, wanted: &[&str]) -> Result<Vec<(String, Customer)>> {
    let pairs = match key {
        ListKey::Phone => queries::with_phones(tx, wanted)?,
        ListKey::Email => queries::with_emails(tx, wanted)?,
    };
    let mut ids: Vec<CustomerId> = pairs.iter().map(|(_, id)| *id).collect();
    ids.sort_unstable();
    ids.dedup();
    let rows: HashMap<_, _> = queries::rows(tx, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let mut met: Vec<_> = pairs.into_iter().filter_map(|(key, id)| Some((key, rows.get(&id)?.clone()))).collect();
    met.sort_by(|a, b| (&a.0, a.1.id).cmp(&(&b.0, b.1.id)));
    met.dedup_by(|a, b| a.0 == b.0 && a.1.id == b.1.id);
    Ok(met)
}

enum Judged {
    New(Box<Customer>),
    Known { before: Box<Customer>, after: Box<Customer> },
    Same,
    Refused(Vec<FieldError>),
}

fn judge(tx: &Tx<'_>, listing: &Listing, row: &ListedCustomer, key: Option<&str>, met: &[Customer]) -> Result<Judged> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let details = Details {
        name: given(&row.name),
        phone: given(&row.phone),
        email: given(&row.email),
        note: given(&row.note),
        placed: None,
    };
    let details = match details.normal() {
        Ok(details) => details,
        Err(Error::Invalid(bad)) => return Ok(Judged::Refused(bad)),
        Err(error) => return Err(error),
    };
    if key.is_none() {
        return Ok(Judged::Refused(bad(listing.key.text(), "required")));
    }
    match met {
        [] => entered(tx, listing, row, details),
        [known] => added_to(tx, listing, row, details, known),
        _ => Ok(Judged::Refused(bad(listing.key.text(), "ambiguous"))),
    }
}

/// Somebody new.
fn entered(tx: &Tx<'_>, listing: &Listing, row: &ListedCustomer, mut details: Details) -> Result<Judged> {
    if details.name.is_none() {
        return Ok(Judged::Refused(bad("name", "required")));
    }
    details.placed = row.placed.map(|(owner, unit)| (Some(owner), unit));
    let stranger = Customer::unknown(tx.new_id(), tx.now());
    let mut customer = stranger.clone().with(&details).learnt(&stranger, &listing.source_of(row));
    match policy::may(tx.actor(), policy::EDIT, &customer, tx.now()) {
        Ok(_permit) => {}
        Err(Error::NotFound | Error::Forbidden(_)) => return Ok(Judged::Refused(bad("owner_id", "out_of_reach"))),
        Err(error) => return Err(error),
    }
    customer.stage = row.stage.unwrap_or(Stage::Customer);
    Ok(Judged::New(Box::new(customer)))
}

/// Somebody known: what is not known yet is added, what is older is replaced.
fn added_to(
    tx: &Tx<'_>,
    listing: &Listing,
    row: &ListedCustomer,
    details: Details,
    known: &Customer,
) -> Result<Judged> {
    match policy::may(tx.actor(), policy::EDIT, known, tx.now()) {
        Ok(_permit) => {}
        Err(Error::NotFound | Error::Forbidden(_)) => return Ok(Judged::Refused(bad("row", "out_of_reach"))),
        Err(error) => return Err(error),
    }
    // Nobody has two who look after them; handing somebody on is another thing than a list.
    let placed = match (known.owner_id, row.placed) {
        (Some(owner), Some((listed, _))) if owner != listed => {
            return Ok(Judged::Refused(bad("owner_id", "owned_by_other")));
        }
        (None, Some((listed, unit))) => Some((Some(listed), unit)),
        _ => None,
    };
    let source = listing.source_of(row);
    let fresh = |field: &str, now: &str, given: Option<String>| {
        given.filter(|given| given != now && (now.is_empty() || known.is_older(field, source.at)))
    };
    let details = Details {
        name: fresh("name", &known.name, details.name),
        phone: fresh("phone", known.phone.as_deref().unwrap_or_default(), details.phone),
        email: fresh("email", known.email.as_deref().unwrap_or_default(), details.email),
        note: fresh("note", &known.note, details.note),
        placed,
    };
    if details.is_empty() {
        return Ok(Judged::Same);
    }
    let mut after = known.clone().with(&details).learnt(known, &source);
    after.version += 1;
    Ok(Judged::Known { before: Box::new(known.clone()), after: Box::new(after) })
}

fn bad(field: &'static str, code: &'static str) -> Vec<FieldError> {
    vec![FieldError { field: field.into(), code, params: Params::new() }]
}
