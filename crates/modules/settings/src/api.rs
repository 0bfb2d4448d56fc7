//! What other modules call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::civil::Date;
use kernel::{Error, Id, Origin, Result, Timestamp};
use store::{Db, Tx};

pub use crate::model::{BusinessCalendar, Organisation};
use crate::{
    holidays,
    model::{self, CalendarRevision},
    queries,
};

/// Calendars built lately, by the revision they are made of: it names the content whichever
/// database it stands in.
static BUILT: Mutex<Option<HashMap<Id<CalendarRevision>, Arc<BusinessCalendar>>>> = Mutex::new(None);
/// More than one process ever serves at a time.
const KEPT: usize = 32;

/// The organisation: its name, time zone and language.
///
/// # Errors
/// From the database.
pub fn organisation(tx: &mut Tx<'_>) -> Result<Organisation> {
    queries::organisation(tx)
}

/// The organisation's business hours, as they stand in this transaction. One short read while they
/// do not change.
///
/// # Errors
/// From the database.
pub fn calendar(tx: &mut Tx<'_>) -> Result<Arc<BusinessCalendar>> {
    let revision = queries::revision(tx)?;
    let built =
        BUILT.lock().unwrap_or_else(PoisonError::into_inner).as_ref().and_then(|built| built.get(&revision).cloned());
    if let Some(calendar) = built {
        return Ok(calendar);
    }
    let organisation = queries::organisation(tx)?;
    let calendar = Arc::new(model::calendar(&organisation, &queries::all_days(tx)?));
    // Somebody else may have committed between the reads: then what we hold is newer than `revision`.
    if queries::revision(tx)? == revision {
        let mut built = BUILT.lock().unwrap_or_else(PoisonError::into_inner);
        let built = built.get_or_insert_default();
        if built.len() >= KEPT {
            built.clear();
        }
        built.insert(revision, calendar.clone());
    }
    Ok(calendar)
}

/// The day a moment lies in, where the organisation is.
///
/// # Errors
/// From the database.
pub fn day_of(tx: &mut Tx<'_>, moment: Timestamp) -> Result<Date> {
    let moment = jiff::Timestamp::from_millisecond(moment.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(calendar(tx)?.zone().clone()).date())
}

/// The moment a day begins, where the organisation is.
///
/// # Errors
/// From the database.
pub fn begin_of(tx: &mut Tx<'_>, day: Date) -> Result<Timestamp> {
    let zone = calendar(tx)?.zone().clone();
    let begin = zone.to_ambiguous_zoned(day.at(0, 0, 0, 0)).compatible().map_err(Error::internal)?;
    Ok(Timestamp::from_millis(begin.timestamp().as_millisecond()))
}

/// A day as somebody names it, `2026-11-26`, no further away than calendars reach.
///
/// # Errors
/// [`Error::Invalid`] on `field`: `malformed`, `out_of_range`.
pub fn parse_day(field: &'static str, text: &str) -> Result<Date> {
    let day: Date = text.parse().map_err(|_| Error::field(field, "malformed"))?;
    match day.to_string() == text {
        false => Err(Error::field(field, "malformed")),
        true if !(1970..=9_998).contains(&day.year()) => Err(Error::field(field, "out_of_range")),
        true => Ok(day),
    }
}

/// What the nightly schedule does: takes in public holidays decreed since the last ones taken in;
/// answers how many days came.
///
/// # Errors
/// From the database.
pub async fn follow_holidays(db: &Db, origin: &Arc<Origin>) -> Result<usize> {
    holidays::follow(db, origin).await
}
