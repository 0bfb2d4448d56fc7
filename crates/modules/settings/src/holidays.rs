//! China's public holidays, as they become special days.

use std::sync::Arc;

use audit::api::Entry;
use kernel::{Error, Origin, Result, Timestamp};
use store::{Db, Fact, Tx};

use crate::{
    events::BusinessTimeChanged,
    model::{self, Decreed, Slots, SpecialDay, SpecialSource},
    queries,
};

/// Takes in what was decreed for days after the last one taken in; answers how many. Where none
/// ever was, the organisation keeps other holidays. What somebody deleted since stays away.
///
/// # Errors
/// From the database.
pub(crate) async fn follow(db: &Db, origin: &Arc<Origin>) -> Result<usize> {
    let days = known_at(db.clock().now()).await?;
    db.write(origin, move |tx| {
        let Some(last) = queries::last_statutory(tx)? else { return Ok(0) };
        let new: Vec<_> = days.iter().filter(|day| day.date > last).cloned().collect();
        Ok(take_in(tx, &new)?.len())
    })
    .await
}

/// The holidays decreed for the year of `now`, by Shanghai's clock, and the one after.
pub(crate) async fn known_at(now: Timestamp) -> Result<Vec<Decreed>> {
    const SHANGHAI: i64 = 8 * 3_600_000;
    let local = jiff::Timestamp::from_millisecond(now.plus_millis(SHANGHAI).millis()).map_err(Error::internal)?;
    let year = i64::from(jiff::tz::Offset::UTC.to_datetime(local).year());
    of_years(vec![year, year + 1]).await
}

/// The holidays decreed for these years.
pub(crate) async fn of_years(years: Vec<i64>) -> Result<Vec<Decreed>> {
    tokio::task::spawn_blocking(move || years.into_iter().flat_map(model::decreed).collect())
        .await
        .map_err(Error::internal)
}

/// Adds the decreed days whose dates are not special days yet; answers those added.
pub(crate) fn take_in(tx: &mut Tx<'_>, days: &[Decreed]) -> Result<Vec<SpecialDay>> {
    let mut added = Vec::new();
    for Decreed { date, kind, name } in days.iter().cloned() {
        let (source, slots) = (SpecialSource::Statutory, Slots::default());
        let day = SpecialDay { id: tx.new_id(), date, kind, slots, name, source, created_at: tx.now() };
        if queries::insert_day(tx, &day)? {
            added.push(day);
        }
    }
    if !added.is_empty() {
        let id = queries::organisation(tx)?.id;
        let dates: Vec<_> = added.iter().map(|day| &day.date).collect();
        audit::api::record(tx, Entry::new("settings.holidays_imported", "organisation", id).created(&dates))?;
        revised(tx)?;
    }
    Ok(added)
}

/// The calendar is another one now.
pub(crate) fn revised(tx: &mut Tx<'_>) -> Result<()> {
    queries::revise(tx)?;
    let id = queries::organisation(tx)?.id;
    tx.emit(Fact::new(BusinessTimeChanged::KIND, id, &BusinessTimeChanged {})?);
    Ok(())
}
