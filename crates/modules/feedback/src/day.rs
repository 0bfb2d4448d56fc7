//! Calendar days in the organisation's time zone.

use jiff::civil::Date;
use kernel::{Error, Result, Timestamp};
use store::Tx;

/// The day a moment lies in: `2026-11-26`.
pub(crate) fn of(tx: &mut Tx<'_>, moment: Timestamp) -> Result<Date> {
    let moment = jiff::Timestamp::from_millisecond(moment.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(settings::api::calendar(tx)?.zone().clone()).date())
}

/// The month a moment lies in: `2026-11`.
pub(crate) fn month_of(tx: &mut Tx<'_>, moment: Timestamp) -> Result<String> {
    Ok(of(tx, moment)?.strftime("%Y-%m").to_string())
}

/// A day as somebody names it, `2026-11-26`.
///
/// # Errors
/// [`Error::Invalid`] names the field.
pub(crate) fn parse(field: &'static str, text: &str) -> Result<Date> {
    let date: Date = text.parse().map_err(|_| Error::field(field, "malformed"))?;
    if (1970..=9_998).contains(&date.year()) {
        Ok(date)
    } else {
        Err(Error::field(field, "out_of_range"))
    }
}
