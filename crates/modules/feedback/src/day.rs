//! Calendar days in the organisation's time zone.

use jiff::civil::Date;
use kernel::{Result, Timestamp};
use store::Tx;

/// The day a moment lies in: `2026-11-26`.
pub(crate) fn of(tx: &mut Tx<'_>, moment: Timestamp) -> Result<Date> {
    settings::api::day_of(tx, moment)
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
    settings::api::parse_day(field, text)
}
