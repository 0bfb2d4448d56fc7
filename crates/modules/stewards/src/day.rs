//! Calendar days in the organisation's time zone.

use jiff::{ToSpan, civil::Date};
use kernel::{Error, Result, Timestamp};
use store::Tx;

/// The day a moment lies in: `2026-11-26`.
pub(crate) fn of(tx: &mut Tx<'_>, moment: Timestamp) -> Result<Date> {
    let moment = jiff::Timestamp::from_millisecond(moment.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(settings::api::calendar(tx)?.zone().clone()).date())
}

/// The moment a day is so many minutes old by the clock on the wall.
pub(crate) fn at(tx: &mut Tx<'_>, day: Date, minute: i64) -> Result<Timestamp> {
    let calendar = settings::api::calendar(tx)?;
    let local = day.at(0, 0, 0, 0).checked_add(minute.minutes()).map_err(Error::internal)?;
    let moment = calendar.zone().to_ambiguous_zoned(local).compatible().map_err(Error::internal)?;
    Ok(Timestamp::from_millis(moment.timestamp().as_millisecond()))
}

/// The close of the day that lies `days` calendar days after the one of `moment`.
pub(crate) fn close_after(tx: &mut Tx<'_>, moment: Timestamp, days: i64) -> Result<Timestamp> {
    let last = of(tx, moment)?.checked_add((days + 1).days()).map_err(Error::internal)?;
    at(tx, last, 0)
}

/// Whether the organisation is open on that day at all.
pub(crate) fn is_worked(tx: &mut Tx<'_>, day: Date) -> Result<bool> {
    let (from, to) = (at(tx, day, 0)?, at(tx, day.tomorrow().map_err(Error::internal)?, 0)?);
    Ok(settings::api::calendar(tx)?.elapsed(from, to) > 0)
}

/// The week a moment lies in, counted as ISO 8601 does: `2026-W48`.
pub(crate) fn week(tx: &mut Tx<'_>, moment: Timestamp) -> Result<String> {
    let week = of(tx, moment)?.iso_week_date();
    Ok(format!("{:04}-W{:02}", week.year(), week.week()))
}

/// A day somebody names.
///
/// # Errors
/// [`Error::Invalid`] for `day` when it is none.
pub(crate) fn read(text: &str) -> Result<Date> {
    text.parse().ok().filter(|_| text.len() == 10).ok_or(Error::field("day", "malformed"))
}
