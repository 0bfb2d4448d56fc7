//! Days where the organisation is: when points can be used, and when their last day is over.

use jiff::{ToSpan as _, civil::Date, tz::TimeZone};
use kernel::{Error, Result, Timestamp};
use store::Tx;

use crate::model::{Expiry, PointsExpiryEnd};

/// The organisation's time zone.
pub(crate) fn zone(tx: &mut Tx<'_>) -> Result<TimeZone> {
    Ok(settings::api::calendar(tx)?.zone().clone())
}

/// The day of this moment.
pub(crate) fn date_of(zone: &TimeZone, at: Timestamp) -> Result<Date> {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(zone.clone()).date())
}

/// The first moment of a day; where a change of clocks leaves it out, the first there is.
pub(crate) fn start_of(zone: &TimeZone, day: Date) -> Result<Timestamp> {
    let start = day.to_zoned(zone.clone()).map_err(Error::internal)?;
    Ok(Timestamp::from_millis(start.timestamp().as_millisecond()))
}

/// A last day, as it is kept, and the moment it is over.
pub(crate) fn close_of(zone: &TimeZone, day: Date) -> Result<(String, Timestamp)> {
    Ok((day.to_string(), start_of(zone, day.tomorrow().map_err(Error::internal)?)?))
}

/// The last day of points earned at this moment; none where points do not expire.
pub(crate) fn expiry(zone: &TimeZone, rules: &Expiry, at: Timestamp) -> Result<Option<(String, Timestamp)>> {
    if rules.months == 0 {
        return Ok(None);
    }
    let day = date_of(zone, at)?.checked_add(rules.months.months()).map_err(Error::internal)?;
    let last = match rules.until {
        PointsExpiryEnd::Day => day,
        PointsExpiryEnd::Month => day.last_of_month(),
        PointsExpiryEnd::Year => day.last_of_year(),
    };
    close_of(zone, last).map(Some)
}

/// The last day of something that is good for so many days from now, today not counted.
pub(crate) fn days_from(zone: &TimeZone, at: Timestamp, days: i64) -> Result<(String, Timestamp)> {
    close_of(zone, date_of(zone, at)?.checked_add(days.days()).map_err(Error::internal)?)
}

/// When points that wait so many days can be used: at once, or as that day begins.
pub(crate) fn matures(zone: &TimeZone, at: Timestamp, days: i64) -> Result<Timestamp> {
    if days == 0 {
        return Ok(at);
    }
    start_of(zone, date_of(zone, at)?.checked_add(days.days()).map_err(Error::internal)?)
}

/// As so many months ago began, to the day.
pub(crate) fn months_back(zone: &TimeZone, at: Timestamp, months: i64) -> Result<Timestamp> {
    start_of(zone, date_of(zone, at)?.checked_sub(months.months()).map_err(Error::internal)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(text: &str, zone: &TimeZone) -> Timestamp {
        let civil: jiff::civil::DateTime = text.parse().unwrap();
        Timestamp::from_millis(civil.to_zoned(zone.clone()).unwrap().timestamp().as_millisecond())
    }

    #[test]
    fn r030_points_expire_as_their_last_day_is_over_where_the_organisation_is() {
        for name in ["Asia/Shanghai", "America/New_York"] {
            let zone = TimeZone::get(name).unwrap();
            let at = moment("2026-11-20T23:30:00", &zone);
            for (until, day, over) in [
                (PointsExpiryEnd::Day, "2027-02-20", "2027-02-21T00:00:00"),
                (PointsExpiryEnd::Month, "2027-02-28", "2027-03-01T00:00:00"),
                (PointsExpiryEnd::Year, "2027-12-31", "2028-01-01T00:00:00"),
            ] {
                let rules = Expiry { months: 3, until, ..Expiry::default() };
                assert_eq!(expiry(&zone, &rules, at).unwrap(), Some((day.into(), moment(over, &zone))), "{name}");
            }
            assert_eq!(expiry(&zone, &Expiry { months: 0, ..Expiry::default() }, at).unwrap(), None);
            assert_eq!(matures(&zone, at, 7).unwrap(), moment("2026-11-27T00:00:00", &zone));
        }
    }

    #[test]
    fn a_day_that_has_no_midnight_begins_with_its_first_moment() {
        // Cuba went to summer time at midnight.
        let zone = TimeZone::get("America/Havana").unwrap();
        let day: Date = "2026-03-08".parse().unwrap();
        assert_eq!(start_of(&zone, day).unwrap(), moment("2026-03-08T01:00:00", &zone));
    }
}
