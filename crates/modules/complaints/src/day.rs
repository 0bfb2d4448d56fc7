//! Calendar days in the organisation's time zone.

use jiff::{ToSpan, civil::Date};
use kernel::{Error, Result, Timestamp};
use store::Tx;

/// The day a moment lies in: `2026-11-26`.
pub(crate) fn of(tx: &mut Tx<'_>, moment: Timestamp) -> Result<Date> {
    settings::api::day_of(tx, moment)
}

/// The close of the day that lies `days` calendar days after the one of `moment`.
pub(crate) fn close_after(tx: &mut Tx<'_>, moment: Timestamp, days: i64) -> Result<Timestamp> {
    let last = of(tx, moment)?.checked_add((days + 1).days()).map_err(Error::internal)?;
    let calendar = settings::api::calendar(tx)?;
    let moment = calendar.zone().to_ambiguous_zoned(last.at(0, 0, 0, 0)).compatible().map_err(Error::internal)?;
    Ok(Timestamp::from_millis(moment.timestamp().as_millisecond()))
}

/// A day as somebody names it, `2026-11-26`.
///
/// # Errors
/// [`Error::Invalid`] names the field.
pub(crate) fn parse(field: &'static str, text: &str) -> Result<Date> {
    text.parse().map_err(|_| Error::field(field, "malformed"))
}
