//! What is heard of numbers and addresses, and the flags that follow.

use customers::{Customer, CustomerState};
use kernel::{CustomerId, Result, Timestamp};
use store::{Fact, Tx};

use crate::{
    events::{self, ContactPointFact},
    look,
    model::{ContactOutcome, ContactPoint, ContactPointKind, ContactSignal, FlaggedCustomer, mark},
    queries,
};

/// Something that was heard of a customer's number or address.
#[derive(Clone, Debug)]
pub(crate) struct Heard<'a> {
    /// Of whom, merges followed.
    pub customer: CustomerId,
    /// Of what.
    pub kind: ContactPointKind,
    /// Of which, in its one spelling: what is no longer known of them counts for nothing.
    pub contact: &'a str,
    /// What.
    pub outcome: ContactOutcome,
    /// Where it stands.
    pub reference: Option<String>,
    /// In somebody's words.
    pub note: &'a str,
    /// When.
    pub at: Timestamp,
}

/// A person: the one who stands for all, and the aliases.
pub(crate) struct Person {
    rows: Vec<Customer>,
}

impl std::ops::Deref for Person {
    type Target = [Customer];
    fn deref(&self) -> &[Customer] {
        &self.rows
    }
}

impl Person {
    /// The person this id leads to.
    pub(crate) fn of(tx: &mut Tx<'_>, id: CustomerId) -> Result<Option<Self>> {
        Ok(people(tx, &[id])?.into_iter().next().map(|(_, person)| person))
    }

    /// The one who stands for all.
    pub(crate) fn survivor(&self) -> &Customer {
        &self.rows[0]
    }

    pub(crate) fn ids(&self) -> Vec<CustomerId> {
        self.rows.iter().map(|row| row.id).collect()
    }

    /// The number or address by which they are reached: the survivor's, else the first alias's.
    pub(crate) fn contact(&self, kind: ContactPointKind) -> Option<&str> {
        self.rows.iter().find_map(|row| own(row, kind))
    }

    fn has(&self, kind: ContactPointKind, contact: &str) -> bool {
        self.rows.iter().any(|row| own(row, kind) == Some(contact))
    }

    /// This one of theirs in clear, while it is known.
    pub(crate) fn clear(&self, point: &ContactPoint) -> Option<&str> {
        self.rows.iter().filter_map(|row| own(row, point.kind)).find(|contact| mark(contact) == point.mark)
    }
}

/// The people these ids lead to, each once, by the one who stands for all.
pub(crate) fn people(tx: &mut Tx<'_>, ids: &[CustomerId]) -> Result<Vec<(CustomerId, Person)>> {
    let mut rows = customers::api::families(tx, ids)?;
    rows.sort_by_key(|row| (row.survivor(), row.survivor_id.is_some(), row.created_at, row.id));
    let people = rows.chunk_by(|one, other| one.survivor() == other.survivor());
    Ok(people.map(|rows| (rows[0].id, Person { rows: rows.to_vec() })).collect())
}

fn own(row: &Customer, kind: ContactPointKind) -> Option<&str> {
    match kind {
        ContactPointKind::Phone => row.phone.as_deref(),
        ContactPointKind::Email => row.email.as_deref(),
    }
}

/// Keeps what was heard: counts it, and flags or clears. Answers the point, none where nobody has that contact.
pub(crate) fn hear(tx: &mut Tx<'_>, heard: &Heard<'_>) -> Result<Option<ContactPoint>> {
    let Heard { customer, kind, contact, outcome, ref reference, note, at } = *heard;
    let Some(person) = Person::of(tx, customer)?.filter(|person| person.has(kind, contact)) else { return Ok(None) };
    let found = queries::points(tx, &person.ids())?.into_iter().find(|point| point.mark == mark(contact));
    // Of what always worked nothing need be kept.
    if found.is_none() && outcome.works() && tx.actor().staff().is_err() {
        return Ok(None);
    }
    let rules = queries::rules(tx)?;
    let before = found.unwrap_or_else(|| ContactPoint::new(tx.new_id(), person.survivor().id, kind, contact));
    let was = before.is_invalid();
    // It worked before and works: that is no news.
    if outcome.works() && !was && before.failures == 0 && before.version > 0 && tx.actor().staff().is_err() {
        return Ok(Some(before));
    }
    let after = before.heard(outcome, at, &rules);
    queries::put_point(tx, &after)?;
    let by = tx.actor().staff().ok().map(|staff| (staff.id, staff.name.clone()));
    let (by_id, by_name) = by.unzip();
    let signal = ContactSignal {
        id: tx.new_id(),
        point_id: after.id,
        outcome,
        reference: reference.clone(),
        note: note.to_owned(),
        by_id,
        by_name: by_name.unwrap_or_default(),
        at,
    };
    queries::insert_signal(tx, &signal)?;
    if was != after.is_invalid() {
        let kind = if was { events::RESTORED } else { events::INVALIDATED };
        let fact = ContactPointFact { contact_point_id: after.id, customer_id: person.survivor().id, kind: after.kind };
        tx.emit(Fact::new(kind, after.id, &fact)?);
        count(tx, &person)?;
    }
    Ok(Some(after))
}

/// What is known of the numbers and addresses they have now.
pub(crate) fn current(tx: &mut Tx<'_>, person: &Person) -> Result<Vec<ContactPoint>> {
    let points = queries::points(tx, &person.ids())?;
    Ok(points.into_iter().filter(|point| person.clear(point).is_some()).collect())
}

/// Brings a person's flag in line with their numbers and addresses, whose they are, and when they were last active.
pub(crate) fn count(tx: &mut Tx<'_>, person: &Person) -> Result<()> {
    let survivor = person.survivor();
    let aliases: Vec<_> = person.ids().into_iter().filter(|id| *id != survivor.id).collect();
    if !aliases.is_empty() {
        queries::drop_flags(tx, &aliases)?;
    }
    if survivor.state != CustomerState::Active {
        return queries::drop_flags(tx, &[survivor.id]);
    }
    let invalid_points = current(tx, person)?.iter().filter(|point| point.is_invalid()).count() as i64;
    let before = queries::flag(tx, survivor.id)?;
    let known = look::known_activity(tx, person)?;
    let active_at = before.as_ref().map_or(known, |flag| flag.active_at.max(known));
    let since = queries::rules(tx)?.since(tx.now());
    let flag = FlaggedCustomer {
        customer_id: survivor.id,
        owner_id: survivor.owner_id,
        unit_id: survivor.unit_id,
        // Who was out of date stays so until something happens; who becomes it is found at night.
        stale: before.as_ref().is_some_and(|flag| flag.stale) && active_at < since,
        active_at,
        invalid_points,
        flagged_at: before.as_ref().map_or(tx.now(), |flag| flag.flagged_at),
        version: before.as_ref().map_or(1, |flag| flag.version + 1),
    };
    if before.is_none() && invalid_points == 0 {
        return Ok(());
    }
    queries::put_flag(tx, &flag)
}

/// Forgets what was heard of numbers and addresses they no longer have, and counts anew.
pub(crate) fn changed(tx: &mut Tx<'_>, id: CustomerId) -> Result<()> {
    let Some(person) = Person::of(tx, id)? else { return Ok(()) };
    for point in queries::points(tx, &person.ids())? {
        if person.clear(&point).is_none() {
            queries::drop_point(tx, point.id)?;
        }
    }
    count(tx, &person)
}

/// Brings the flag of somebody who has one in line with who looks after them and what was changed of them.
pub(crate) fn moved(tx: &mut Tx<'_>, id: CustomerId) -> Result<()> {
    if queries::flags(tx, &[id])?.is_empty() {
        return Ok(());
    }
    match Person::of(tx, id)? {
        Some(person) => count(tx, &person),
        None => Ok(()),
    }
}
