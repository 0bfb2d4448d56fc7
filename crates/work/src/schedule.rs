//! When a schedule is due: pure arithmetic.

use std::str::FromStr;

use jiff::{Timestamp as Instant, tz::TimeZone};
use kernel::{Error, Result, Timestamp};

/// A clock set back further than this was wrong before: schedules begin anew.
const DAY_MS: i64 = 86_400_000;

/// A cron pattern (`minute hour day month weekday`), read in a time zone given later.
#[derive(Clone)]
pub(crate) struct Schedule(croner::Cron);

/// What is to be done about a schedule now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// Nothing.
    Rest,
    /// Run once for this due time: the newest, however many were missed.
    Due(Timestamp),
    /// The clock was set back by more than a day: begin anew from now.
    Restart,
}

impl Schedule {
    /// # Errors
    /// [`Error::Internal`] for a pattern that is none, or that no day ever matches.
    pub(crate) fn parse(pattern: &str) -> Result<Self> {
        let cron = croner::Cron::from_str(pattern).map_err(|error| Error::internal(format!("{pattern}: {error}")))?;
        let schedule = Self(cron);
        let start = Timestamp::from_millis(1_795_140_000_000);
        schedule.next(&TimeZone::UTC, start).ok_or_else(|| Error::internal(format!("{pattern} is never due")))?;
        Ok(schedule)
    }

    /// The first due time after `after`; none in the next thousands of years.
    pub(crate) fn next(&self, zone: &TimeZone, after: Timestamp) -> Option<Timestamp> {
        self.0.find_next_occurrence(&zoned(zone, after)?, false).ok().map(|due| moment(&due))
    }

    /// The newest due time not after `now`.
    fn previous(&self, zone: &TimeZone, now: Timestamp) -> Option<Timestamp> {
        self.0.find_previous_occurrence(&zoned(zone, now)?, true).ok().map(|due| moment(&due))
    }

    /// What is to be done at `now` when everything up to `served` has been.
    pub(crate) fn verdict(&self, zone: &TimeZone, served: Timestamp, now: Timestamp) -> Verdict {
        if served.since(now) > DAY_MS {
            return Verdict::Restart;
        }
        match self.previous(zone, now) {
            Some(due) if due > served => Verdict::Due(due),
            _ => Verdict::Rest,
        }
    }
}

/// The time zone of this IANA name.
///
/// # Errors
/// [`Error::Internal`] when there is none.
pub(crate) fn zone(name: &str) -> Result<TimeZone> {
    TimeZone::get(name).map_err(Error::internal)
}

/// Whole seconds: the parser knows no smaller step.
fn zoned(zone: &TimeZone, at: Timestamp) -> Option<jiff::Zoned> {
    Instant::from_second(at.millis().div_euclid(1_000)).ok().map(|instant| instant.to_zoned(zone.clone()))
}

fn moment(due: &jiff::Zoned) -> Timestamp {
    Timestamp::from_millis(due.timestamp().as_second() * 1_000)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(zone_name: &str, text: &str) -> Timestamp {
        let civil: jiff::civil::DateTime = text.parse().unwrap();
        moment(&civil.to_zoned(zone(zone_name).unwrap()).unwrap())
    }

    #[test]
    fn a_schedule_speaks_of_the_organisations_own_clock() {
        let nine = Schedule::parse("0 9 * * *").unwrap();
        for name in ["Asia/Shanghai", "America/New_York", "UTC"] {
            let due = nine.next(&zone(name).unwrap(), at(name, "2026-11-20T10:00:00"));
            assert_eq!(due, Some(at(name, "2026-11-21T09:00:00")), "{name}");
        }
    }

    #[test]
    fn a_day_without_that_hour_and_a_day_with_two_of_it_run_once_each() {
        let name = "America/New_York";
        let (schedule, zone) = (Schedule::parse("30 2 * * *").unwrap(), zone(name).unwrap());
        // 8 March 2026 has no 02:30; the first moment after the gap stands for it.
        let skipped = schedule.next(&zone, at(name, "2026-03-08T00:00:00"));
        assert_eq!(skipped, Some(at(name, "2026-03-08T03:00:00")));
        let schedule = Schedule::parse("30 1 * * *").unwrap();
        let first = schedule.next(&zone, at(name, "2026-11-01T00:00:00")).unwrap();
        assert_eq!(schedule.next(&zone, first), Some(at(name, "2026-11-02T01:30:00")));
    }

    #[test]
    fn what_was_missed_runs_once_and_a_clock_set_back_repeats_nothing() {
        let (schedule, zone) = (Schedule::parse("0 * * * *").unwrap(), TimeZone::UTC);
        let hour = |h: i64| Timestamp::from_millis(h * 3_600_000);
        assert_eq!(schedule.verdict(&zone, hour(10), hour(18).plus_seconds(5)), Verdict::Due(hour(18)));
        assert_eq!(schedule.verdict(&zone, hour(18), hour(18).plus_seconds(5)), Verdict::Rest);
        assert_eq!(schedule.verdict(&zone, hour(18), hour(11)), Verdict::Rest);
        assert_eq!(schedule.verdict(&zone, hour(50), hour(11)), Verdict::Restart);
    }

    #[test]
    fn patterns_that_are_none_or_never_due_are_refused() {
        for wrong in ["", "tomorrow", "61 * * * *", "0 0 30 2 *"] {
            assert!(Schedule::parse(wrong).is_err(), "{wrong}");
        }
    }

    proptest! {
        #[test]
        fn a_due_time_is_due_from_its_moment_on_and_not_before(start in 0_i64..4_000_000_000_000, minute in 0_u8..60) {
            let (schedule, zone) = (Schedule::parse(&format!("{minute} * * * *")).unwrap(), TimeZone::UTC);
            let served = Timestamp::from_millis(start);
            let due = schedule.next(&zone, served).unwrap();
            prop_assert!(due > served && due.since(served) <= 3_600_000);
            prop_assert_eq!(schedule.verdict(&zone, served, due.plus_millis(-1)), Verdict::Rest);
            prop_assert_eq!(schedule.verdict(&zone, served, due), Verdict::Due(due));
            prop_assert_eq!(schedule.verdict(&zone, due, due.plus_millis(999)), Verdict::Rest);
        }
    }
}
