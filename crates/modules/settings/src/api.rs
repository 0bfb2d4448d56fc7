//! What other modules call.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use kernel::{Id, Origin, Result};
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

/// What the nightly schedule does: takes in public holidays decreed since the last ones taken in;
/// answers how many days came.
///
/// # Errors
/// From the database.
pub async fn follow_holidays(db: &Db, origin: &Arc<Origin>) -> Result<usize> {
    holidays::follow(db, origin).await
}
