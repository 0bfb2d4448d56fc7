//! When people of the story work.

use kernel::Timestamp;

const MINUTE: i64 = 60_000;
const DAY: i64 = 24 * 60 * MINUTE;
/// The story plays in China.
const ZONE: i64 = 8 * 60 * MINUTE;
/// From nine to six, whatever the shift of other days.
const WEEKEND: (i64, i64) = (9 * 60, 18 * 60);

/// When somebody of the story works: from and until, in minutes of the day, and the days of rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DemoShift {
    from: i64,
    until: i64,
    rest: [i64; 2],
}

impl DemoShift {
    /// `08:30-17:30 6 7`: from, until, and the two days of rest, Monday being 1; none for what is no shift.
    pub fn parse(text: &str) -> Option<Self> {
        let mut words = text.split(' ');
        let (from, until) = words.next()?.split_once('-')?;
        let minutes = |clock: &str| {
            let (hours, minutes) = clock.split_once(':')?;
            Some(hours.parse::<i64>().ok()? * 60 + minutes.parse::<i64>().ok()?)
        };
        let mut rest = || words.next()?.parse().ok();
        Some(Self { from: minutes(from)?, until: minutes(until)?, rest: [rest()?, rest()?] })
    }

    /// From when until when on the day of this moment; none on a day of rest.
    pub fn on(&self, at: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let local = at.millis() + ZONE;
        // The first day of 1970 was a Thursday.
        let weekday = (local.div_euclid(DAY) + 3).rem_euclid(7) + 1;
        let (from, until) = if weekday > 5 { WEEKEND } else { (self.from, self.until) };
        let midnight = local.div_euclid(DAY) * DAY - ZONE;
        let moment = |minutes: i64| Timestamp::from_millis(midnight + minutes * MINUTE);
        (!self.rest.contains(&weekday)).then(|| (moment(from), moment(until)))
    }

    /// Whether they work at this moment.
    pub fn covers(&self, at: Timestamp) -> bool {
        self.on(at).is_some_and(|(from, until)| from <= at && at < until)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shift_has_its_hours_and_its_days_of_rest() {
        let shift = DemoShift::parse("08:30-17:30 3 4").expect("a shift");
        // Monday, 23 November 2026, half past eight in China.
        let monday = Timestamp::from_millis(1_795_393_800_000);
        assert!(shift.covers(monday) && !shift.covers(monday.plus_millis(-1)));
        assert!(!shift.covers(monday.plus_millis(9 * 60 * MINUTE)));
        assert!(shift.covers(monday.plus_millis(DAY)) && !shift.covers(monday.plus_millis(2 * DAY)));
        // At the weekend everybody comes at nine.
        assert!(!shift.covers(monday.plus_millis(5 * DAY)) && shift.covers(monday.plus_millis(5 * DAY + 30 * MINUTE)));
        assert_eq!(DemoShift::parse("-"), None);
    }
}
