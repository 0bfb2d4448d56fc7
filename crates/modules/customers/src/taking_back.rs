//! Taking back what a list wrote: fields get the value and source they had, who is known by the list alone is emptied.

use std::collections::HashMap;

use audit::api::Entry;
use http::Privacies;
use kernel::{CustomerId, Error, Result};
use serde::{Deserialize, Serialize};
use store::Tx;

use crate::{
    api,
    model::{Customer, CustomerState, Details},
    policy, queries,
    sources::Source,
    whole,
};

/// A detail that a list wrote over, and what stood there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overwritten {
    /// `name`, `phone`, `email`, `note` or `owner`.
    pub field: String,
    /// What stood there; none: nothing.
    pub before: Option<String>,
    /// Where that came from, as far as it was known.
    pub source: Option<Source>,
    /// Whom the list said to look after them: an owner has no source to be known by.
    pub wrote: Option<String>,
}

impl Overwritten {
    /// What differs between two versions of a customer.
    pub(crate) fn between(before: &Customer, after: &Customer) -> Vec<Self> {
        let filled = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let details = [
            ("name", filled(&before.name), before.name != after.name),
            ("phone", before.phone.clone(), before.phone != after.phone),
            ("email", before.email.clone(), before.email != after.email),
            ("note", filled(&before.note), before.note != after.note),
        ];
        let source = |field: &str| before.sources.0.get(field).cloned();
        let mut all: Vec<_> = details
            .into_iter()
            .filter(|(_, _, differs)| *differs)
            .map(|(field, before, _)| Self { field: field.to_owned(), before, source: source(field), wrote: None })
            .collect();
        if before.owner_id != after.owner_id {
            let (field, wrote) = ("owner".to_owned(), after.owner_id.map(|id| id.to_string()));
            all.push(Self { field, before: None, source: None, wrote });
        }
        all
    }
}

/// Why something stays as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stays {
    /// There is no such customer any more, or they were emptied.
    Gone,
    /// They were merged, or another with them.
    Merged,
    /// The actor may not change them.
    OutOfReach,
    /// Their file was changed since.
    Changed,
    /// They were in contact with us since.
    Contacted,
}

impl Stays {
    /// Its code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Gone => "gone",
            Self::Merged => "merged",
            Self::OutOfReach => "out_of_reach",
            Self::Changed => "changed",
            Self::Contacted => "contacted",
        }
    }
}

/// Whether those of these whom the actor may change are as a list left them, each with the version it made; those that
/// are not, with why.
///
/// # Errors
/// From the database.
pub fn since_touched(tx: &mut Tx<'_>, made: &[(CustomerId, i64)]) -> Result<HashMap<CustomerId, Stays>> {
    let ids: Vec<_> = made.iter().map(|(id, _)| *id).collect();
    let rows: HashMap<_, _> = queries::rows(tx, &ids)?.into_iter().map(|row| (row.id, row)).collect();
    let met = queries::identities(tx, &ids)?;
    let mut touched = HashMap::new();
    for (id, version) in made {
        let stays = match rows.get(id) {
            None => Some(Stays::Gone),
            Some(row) => stays(tx, row)?.or_else(|| {
                let contact =
                    row.last_contact_at.millis() > 0 || met.iter().any(|identity| identity.customer_id == *id);
                contact.then_some(Stays::Contacted).or_else(|| (row.version != *version).then_some(Stays::Changed))
            }),
        };
        if let Some(stays) = stays {
            touched.insert(*id, stays);
        } else if !queries::aliases(tx, *id)?.is_empty() {
            touched.insert(*id, Stays::Merged);
        }
    }
    Ok(touched)
}

/// Why the actor cannot change this row, if so.
fn stays(tx: &Tx<'_>, row: &Customer) -> Result<Option<Stays>> {
    match row.state {
        CustomerState::Erased => return Ok(Some(Stays::Gone)),
        CustomerState::Merged => return Ok(Some(Stays::Merged)),
        CustomerState::Active => {}
    }
    match policy::may(tx.actor(), policy::EDIT, row, tx.now()) {
        Ok(_permit) => Ok(None),
        Err(Error::NotFound | Error::Forbidden(_)) => Ok(Some(Stays::OutOfReach)),
        Err(error) => Err(error),
    }
}

/// Empties somebody who is known by a list alone, here and in every other module, as whoever may change them; written on
/// the trail with the reason. The caller made sure that nothing else is known of them.
///
/// # Errors
/// [`Error::NotFound`] or [`Error::Forbidden`] for whom the actor may not change.
pub fn take_out(tx: &mut Tx<'_>, privacies: &Privacies, id: CustomerId, reason: &str) -> Result<()> {
    let customer = queries::find(tx, id)?;
    let permit = policy::may(tx.actor(), policy::EDIT, &customer, tx.now())?;
    whole::empty(tx, privacies, &permit, id, reason).map(drop)
}

/// Gives these fields of this very customer back what stood there, as far as the list with this id is what is known of
/// them still. Answers which fields stay as they are, because something fresher came since; or why all of it does.
///
/// # Errors
/// From the database.
pub fn put_back(
    tx: &mut Tx<'_>,
    id: CustomerId,
    import_id: &str,
    overwritten: &[Overwritten],
) -> Result<std::result::Result<Vec<String>, Stays>> {
    let Some(before) = queries::rows(tx, &[id])?.into_iter().next() else { return Ok(Err(Stays::Gone)) };
    if let Some(stays) = stays(tx, &before)? {
        return Ok(Err(stays));
    }
    let (mut details, mut after, mut fresher) = (Details::default(), before.clone(), Vec::new());
    for old in overwritten {
        let from_list =
            before.sources.0.get(&old.field).is_some_and(|source| source.import_id.as_deref() == Some(import_id));
        let text = || Some(old.before.clone().unwrap_or_default());
        match old.field.as_str() {
            "owner" if before.owner_id.map(|id| id.to_string()) == old.wrote => details.placed = Some((None, None)),
            "name" if from_list => details.name = text(),
            "phone" if from_list => details.phone = text(),
            "email" if from_list => details.email = text(),
            "note" if from_list => details.note = text(),
            _ => {
                fresher.push(old.field.clone());
                continue;
            }
        }
        match &old.source {
            Some(source) => after.sources.0.insert(old.field.clone(), source.clone()),
            None => after.sources.0.remove(&old.field),
        };
    }
    if details.is_empty() {
        return Ok(Ok(fresher));
    }
    after = after.with(&details);
    after.version += 1;
    queries::save(tx, &after)?;
    let entry = Entry::new("customers.changed", "customer", id).change(&before.trace(), &after.trace_from(&before));
    audit::api::record(tx, entry.reason(import_id))?;
    api::changed(tx, &before, &after)?;
    Ok(Ok(fresher))
}
