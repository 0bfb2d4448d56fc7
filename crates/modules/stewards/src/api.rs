//! How what a day brings, who keeps whose file, and the duties that follow are kept together.

use audit::api::Entry;
use jiff::civil::Date;
use kernel::{CustomerId, Error, Reach, Result, Timestamp, UserId};
use store::{Fact, Tx};
use tasks::api::{Assignee, Due, NewTask, Subject};

pub use crate::contact::remind;
use crate::{
    day,
    events::{self, BatchFact, StewardFact},
    model::{ClientType, IntakeBatch, IntakeSource, IntakeState, RecordSteward, UpdateWay, Who},
    policy, queries,
};

/// What the tasks come from: to hand over what a day brought,
const EXTRACTION: &str = "stewards.extraction";
/// to update the files one keeps,
const UPDATE: &str = "stewards.update";
/// to classify what was handed over,
const CLASSIFY: &str = "stewards.classify";
/// to speak to somebody new,
pub(crate) const FIRST_CONTACT: &str = "stewards.first_contact";
/// to see to it that somebody is spoken to whom nobody has spoken to in time.
pub(crate) const LATE: &str = "stewards.late";

/// The duty to hand over what a day brought.
pub(crate) fn extraction(day: &str) -> Subject {
    Subject::new("intake_day", day)
}

/// The duty to update the files one keeps, on a day.
pub(crate) fn updating(day: &str) -> Subject {
    Subject::new("update_day", day)
}

fn classifying(batch: &IntakeBatch) -> Subject {
    Subject::new("intake_batch", batch.id)
}

/// Somebody by id, who must be able to sign in.
///
/// # Errors
/// [`Error::Invalid`] for `field` when they are not.
pub(crate) fn who(tx: &mut Tx<'_>, user: UserId, field: &'static str) -> Result<Who> {
    match access::api::user(tx, user) {
        Ok(known) if known.is_active() => Ok(Who { id: user, name: known.name, unit: people::api::unit_of(tx, user)? }),
        Ok(_) | Err(Error::NotFound) => Err(Error::field(field, "unknown")),
        Err(error) => Err(error),
    }
}

/// Whoever acts.
pub(crate) fn me(tx: &Tx<'_>) -> Result<Who> {
    let staff = tx.actor().staff()?;
    Ok(Who { id: staff.id, name: staff.name.clone(), unit: staff.unit })
}

/// Gives everybody their duties of today, as the schedule does in the morning; answers how many were given.
///
/// # Errors
/// From the database.
pub fn begin_today(tx: &mut Tx<'_>) -> Result<usize> {
    let now = tx.now();
    let today = day::of(tx, now)?;
    begin_day(tx, today)
}

/// Gives everybody their duties of a day on which the organisation is open: to hand over what it brought, and, to who
/// keeps files, to update them. Asked again, gives nothing twice.
pub(crate) fn begin_day(tx: &mut Tx<'_>, today: Date) -> Result<usize> {
    if !day::is_worked(tx, today)? {
        return Ok(0);
    }
    let (text, minute) = (today.to_string(), queries::rules(tx)?.due_minute);
    let due = day::at(tx, today, minute)?;
    let mut given = 0;
    let mut duty = |tx: &mut Tx<'_>, user: UserId, source: &'static str, subject: Subject| -> Result<()> {
        let task = NewTask {
            source,
            key: Some(format!("{}:{user}", subject.id)),
            title: text.clone(),
            detail: None,
            assignee: Assignee::Person { id: user, unit: people::api::unit_of(tx, user)? },
            subject: Some(subject),
            due: Some(Due::At(due)),
            by_hand: false,
        };
        tasks::api::create(tx, task)?;
        given += 1;
        Ok(())
    };
    for (user, _) in access::api::granted(tx, policy::HAND_OVER)? {
        // Who may do it for others has it as no duty of their own, nor has who belongs nowhere.
        let own = access::api::reach_of(tx, user, policy::HAND_OVER)? == Some(Reach::Own);
        if own && people::api::unit_of(tx, user)?.is_some() {
            duty(tx, user, EXTRACTION, extraction(&text))?;
        }
    }
    for (user, _) in queries::keeping(tx)? {
        if access::api::user(tx, user)?.is_active() {
            duty(tx, user, UPDATE, updating(&text))?;
        }
    }
    Ok(given)
}

/// The batch of this day, made when there is none.
pub(crate) fn batch_of(
    tx: &mut Tx<'_>,
    source: IntakeSource,
    today: &str,
    department: &str,
    by: Who,
) -> Result<IntakeBatch> {
    if let Some(known) = queries::of_day(tx, today, source, department, by.id)? {
        return Ok(known);
    }
    let owner = by.id;
    let batch = IntakeBatch::new(tx.new_id(), source, today.to_owned(), department.to_owned(), by, tx.now());
    if queries::insert(tx, &batch)? {
        audit::api::record(tx, Entry::new("stewards.batch_begun", "intake_batch", batch.id).created(&batch.trace()))?;
        show(tx, &batch)?;
        return Ok(batch);
    }
    queries::of_day(tx, today, source, department, owner)?.ok_or(Error::NotFound)
}

/// Tells those who watch how it stands.
pub(crate) fn show(tx: &mut Tx<'_>, batch: &IntakeBatch) -> Result<()> {
    tx.notify("intake_batches", "intake_batch.changed", batch, Some(batch.owned()))
}

/// What follows from a batch being there to be classified: a duty of the unit's, and of its owner none any more.
pub(crate) fn handed_over(tx: &mut Tx<'_>, before: &IntakeBatch, batch: &IntakeBatch) -> Result<()> {
    if batch.source == IntakeSource::Daily {
        tasks::api::complete_of(tx, EXTRACTION, &extraction(&batch.day), batch.owner_id, None)?;
    }
    if batch.state == IntakeState::Submitted && before.state != IntakeState::Submitted {
        let lead = match batch.source {
            IntakeSource::Daily => people::api::lead_of(tx, batch.owner_id)?,
            IntakeSource::Feed => None,
        };
        let assignee = match lead {
            Some(id) => Assignee::Person { id, unit: people::api::unit_of(tx, id)? },
            None => Assignee::Pool(batch.unit_id),
        };
        let whose = if batch.department.is_empty() { &batch.owner_name } else { &batch.department };
        tasks::api::create(
            tx,
            NewTask {
                source: CLASSIFY,
                key: Some(format!("{}:{}", batch.id, batch.version)),
                title: format!("{} {whose}", batch.day),
                detail: None,
                assignee,
                subject: Some(classifying(batch)),
                due: Some(Due::BusinessMs(8 * 3_600_000)),
                by_hand: false,
            },
        )?;
        tx.emit(Fact::new(events::SUBMITTED, batch.id, &BatchFact::of(batch))?);
    }
    show(tx, batch)
}

/// What follows from rows being taken or refused.
pub(crate) fn judged(tx: &mut Tx<'_>, before: &IntakeBatch, batch: &IntakeBatch) -> Result<()> {
    queries::save(tx, batch)?;
    let entry = Entry::new("stewards.batch_classified", "intake_batch", batch.id);
    audit::api::record(tx, entry.change(&before.trace(), &batch.trace()))?;
    if batch.state == IntakeState::Classified {
        tasks::api::complete_for(tx, CLASSIFY, &classifying(batch), None)?;
        tx.emit(Fact::new(events::CLASSIFIED, batch.id, &BatchFact::of(batch))?);
    }
    show(tx, batch)
}

/// Somebody keeps this customer's file from now on.
pub(crate) fn name_steward(
    tx: &mut Tx<'_>,
    customer: CustomerId,
    client_type: ClientType,
    steward: &Who,
) -> Result<()> {
    let before = queries::steward(tx, customer)?;
    if before.as_ref().is_some_and(|known| known.steward_id == steward.id && known.client_type == client_type) {
        return Ok(());
    }
    let after = RecordSteward {
        customer_id: customer,
        steward_id: steward.id,
        steward_name: steward.name.clone(),
        unit_id: steward.unit,
        client_type,
        named_by: tx.actor().staff().ok().map(|staff| staff.id),
        named_at: tx.now(),
        last_day: before.as_ref().and_then(|known| known.last_day.clone()),
        version: before.as_ref().map_or(1, |known| known.version + 1),
    };
    queries::put_steward(tx, &after)?;
    let entry = Entry::new("stewards.named", "customer", customer);
    audit::api::record(
        tx,
        match &before {
            Some(before) => entry.change(before, &after),
            None => entry.created(&after),
        },
    )?;
    let fact = StewardFact { customer_id: customer, steward_id: steward.id, unit_id: steward.unit };
    tx.emit(Fact::new(events::NAMED, customer, &fact)?);
    Ok(())
}

/// Notes that these files, as far as `steward` keeps them, were updated on the day of `at`; answers how many are left of
/// that day's.
pub(crate) fn updated(
    tx: &mut Tx<'_>,
    steward: UserId,
    customers: &[CustomerId],
    how: UpdateWay,
    at: Timestamp,
) -> Result<i64> {
    let today = day::of(tx, at)?.to_string();
    let theirs = queries::theirs(tx, steward, customers)?;
    if theirs.is_empty() {
        return queries::left(tx, steward, &today);
    }
    queries::put_updates(tx, steward, &today, how, &theirs, at)?;
    let left = queries::left(tx, steward, &today)?;
    if left == 0 {
        tasks::api::complete_of(tx, UPDATE, &updating(&today), steward, None)?;
    }
    Ok(left)
}
