//! Business time: when an organisation is open, and arithmetic in open hours.

use std::collections::BTreeMap;

use jiff::{
    ToSpan,
    civil::{Date, date},
    tz::{AmbiguousOffset, Offset, TimeZone},
};
use kernel::{Result, Timestamp};

use super::Span;
use crate::codes;

/// When the organisation is open.
///
/// Hours are those of the wall clock in its time zone. Where the clocks go forward, what lies in the
/// missing hour takes no time; where they go back, a slot lasts until the clock shows its end for the
/// first time. The calendar knows the years 1900 to 2999; before and after, all is closed.
#[derive(Clone, Debug)]
pub struct BusinessCalendar {
    zone: TimeZone,
    /// Monday first.
    week: [Vec<Span>; 7],
    /// Open milliseconds of a week without special days and clock changes.
    week_ms: i64,
    special: BTreeMap<Date, Vec<Span>>,
    /// The known time: from, until; milliseconds since the epoch.
    known: (i64, i64),
}

const FIRST: Date = date(1900, 1, 1);
const LAST: Date = date(3000, 1, 1);
const MINUTE: i64 = 60_000;
/// Days that hold a whole week and a clock change: hours that do not change within, never will.
const SETTLED: i64 = 16;

impl BusinessCalendar {
    /// A calendar of these hours, Monday first; a special day has its own instead of its weekday's.
    /// The spans of a day rise and do not overlap.
    pub(crate) fn new(zone: TimeZone, week: [Vec<Span>; 7], special: BTreeMap<Date, Vec<Span>>) -> Self {
        let week_ms = week.iter().flatten().map(|span| i64::from(span.end - span.start) * MINUTE).sum();
        let mut calendar = Self { zone, week, week_ms, special, known: (0, 0) };
        calendar.known = (calendar.begins(FIRST), calendar.begins(LAST));
        calendar
    }

    /// The time zone its hours are in.
    pub fn zone(&self) -> &TimeZone {
        &self.zone
    }

    /// Whether it is open at this moment.
    pub fn is_open(&self, at: Timestamp) -> bool {
        let at = at.millis();
        let known = (self.known.0..self.known.1).contains(&at);
        known && self.open(self.day_of(at)).any(|(start, end)| start <= at && at < end)
    }

    /// Open milliseconds between two moments; negative when `to` is the earlier.
    pub fn elapsed(&self, from: Timestamp, to: Timestamp) -> i64 {
        if to < from {
            return -self.elapsed(to, from);
        }
        let (from, to) = (self.clamped(from), self.clamped(to));
        let (first, last) = (self.day_of(from), self.day_of(to));
        let (mut day, mut sum) = (first, 0);
        while day <= last {
            let weeks = if day > first { self.plain_weeks(day, last) } else { 0 };
            if weeks > 0 {
                sum += weeks * self.week_ms;
                day = plus(day, weeks * 7);
            } else {
                sum += self.open(day).map(|(start, end)| (end.min(to) - start.max(from)).max(0)).sum::<i64>();
                day = plus(day, 1);
            }
        }
        sum
    }

    /// The earliest moment by which `millis` open milliseconds have passed since `from`; `from`
    /// itself when none are to pass.
    ///
    /// # Errors
    /// [`kernel::Error::Conflict`] `settings.never_due` when so much open time never comes: no hours
    /// are set, or the known years are over before.
    pub fn due(&self, from: Timestamp, millis: i64) -> Result<Timestamp> {
        if millis <= 0 {
            return Ok(from);
        }
        let from = self.clamped(from);
        let first = self.day_of(from);
        let (mut day, mut left) = (first, millis);
        while day < LAST && (self.week_ms > 0 || self.special.range(day..).next().is_some()) {
            // Something stays to be counted, so that the moment itself is met day by day.
            let whole = if self.week_ms > 0 { (left - 1) / self.week_ms } else { i64::MAX };
            let weeks = if day > first && whole > 0 {
                self.plain_weeks(day, LAST).min(whole)
            } else {
                0
            };
            if weeks > 0 {
                left -= weeks * self.week_ms;
                day = plus(day, weeks * 7);
                continue;
            }
            for (start, end) in self.open(day) {
                let start = start.max(from);
                if left <= end - start {
                    return Ok(Timestamp::from_millis(start + left));
                }
                left -= (end - start).max(0);
            }
            day = plus(day, 1);
        }
        Err(codes::NEVER_DUE.conflict())
    }

    /// When it closes next, being open, or opens next, being closed; none when it never does.
    pub fn next_change(&self, at: Timestamp) -> Option<Timestamp> {
        let at = self.clamped(at);
        let mut day = self.day_of(at);
        let last = self.special.last_key_value().map_or(day, |(last, _)| day.max(*last));
        let last = plus(last, SETTLED).min(LAST);
        // Being open: until when, as far as is known.
        let mut until = None;
        while day < last {
            for (start, end) in self.open(day).filter(|(_, end)| *end > at) {
                match until {
                    None if start > at => return Some(Timestamp::from_millis(start)),
                    Some(until) if start > until => return Some(Timestamp::from_millis(until)),
                    _ => until = Some(end),
                }
            }
            day = plus(day, 1);
        }
        // Open to the end of what was looked at: it never closes.
        until.filter(|until| *until < self.begins(last)).map(Timestamp::from_millis)
    }

    fn clamped(&self, at: Timestamp) -> i64 {
        at.millis().clamp(self.known.0, self.known.1)
    }

    /// When a day is open, earliest first, half-open.
    fn open(&self, day: Date) -> impl Iterator<Item = (i64, i64)> {
        let weekday = day.weekday().to_monday_zero_offset() as usize;
        let spans = self.special.get(&day).unwrap_or(&self.week[weekday]);
        let moments = move |span: &Span| (self.moment(day, span.start), self.moment(day, span.end));
        spans.iter().map(moments).filter(|(start, end)| start < end)
    }

    /// The day a known moment belongs to.
    fn day_of(&self, at: i64) -> Date {
        let day = self.zone.to_datetime(instant(at)).date();
        // Where the clocks go back over midnight, the end of a day is read twice; the second time
        // it belongs to the day that has already begun.
        let next = plus(day, 1);
        if self.begins(next) <= at { next } else { day }
    }

    fn begins(&self, day: Date) -> i64 {
        self.moment(day, 0)
    }

    /// The moment at which the wall clock shows this minute of the day: the first of two, or, where
    /// the clocks jump over it, the moment of the jump. Never falls while the minute rises.
    fn moment(&self, day: Date, minute: u16) -> i64 {
        let day = if minute == 1440 { plus(day, 1) } else { day };
        let wall = day.at((minute % 1440 / 60) as i8, (minute % 60) as i8, 0, 0);
        let at = |offset: Offset| offset.to_timestamp(wall).unwrap_or_default();
        let moment = match self.zone.to_ambiguous_timestamp(wall).offset() {
            AmbiguousOffset::Unambiguous { offset } | AmbiguousOffset::Fold { before: offset, .. } => at(offset),
            AmbiguousOffset::Gap { before, after } => {
                self.zone.following(at(after)).next().map_or_else(|| at(before), |jump| jump.timestamp())
            }
        };
        moment.as_millisecond()
    }

    /// How many whole weeks from `day` on, ending by `end`, have neither a special day nor a change
    /// of the clocks.
    fn plain_weeks(&self, day: Date, end: Date) -> i64 {
        if days(day, end) < 7 {
            return 0;
        }
        let special = self.special.range(day..).next().map(|(special, _)| *special);
        // A jump at midnight itself shortens the day that begins with it.
        let jump = self.zone.following(instant(self.begins(day) - 1)).next();
        let jump = jump.map(|jump| self.zone.to_datetime(instant(jump.timestamp().as_millisecond() - 1)).date());
        let end = [special, jump].into_iter().flatten().fold(end, Date::min);
        days(day, end).max(0) / 7
    }
}

/// Whole days from one date to another.
fn days(from: Date, to: Date) -> i64 {
    from.duration_until(to).as_hours() / 24
}

fn plus(day: Date, days: i64) -> Date {
    day.saturating_add(days.days())
}

/// Known moments are all within what jiff can hold.
fn instant(millis: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(millis).unwrap_or_default()
}

#[cfg(test)]
mod tests;
