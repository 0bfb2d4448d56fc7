//! The hours of a day and of a week.

use kernel::Check;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Part of a day, half-open: from 09:00 to 12:00 holds nine o'clock but not noon.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Slot {
    /// `HH:MM`, from `00:00`.
    #[schema(example = "09:00")]
    pub start: String,
    /// `HH:MM`, until `24:00`.
    #[schema(example = "12:00")]
    pub end: String,
}

/// The slots of one day: at most 24, none overlapping another; none at all: closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Slots(pub Vec<Slot>);

/// The hours of one day of the week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DayHours {
    /// 1 is Monday, 7 is Sunday.
    #[schema(minimum = 1, maximum = 7)]
    pub day: i64,
    /// When it is open.
    pub slots: Slots,
}

/// The hours of a week; a day that is missing is closed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(transparent)]
pub struct Week(pub Vec<DayHours>);

/// A slot in minutes since midnight; `start < end <= 1440`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    pub start: u16,
    pub end: u16,
}

/// More slots than any day can need.
const MOST: usize = 24;

impl Slots {
    /// The slots as minutes, earliest first. What is no part of a day is left out: see [`check_slots`].
    pub(crate) fn spans(&self) -> Vec<Span> {
        let spans =
            self.0.iter().filter_map(|slot| Some(Span { start: minutes(&slot.start)?, end: minutes(&slot.end)? }));
        let mut spans: Vec<_> = spans.filter(|span| span.start < span.end).collect();
        spans.sort_unstable();
        spans
    }

    /// The slots, earliest first.
    pub(crate) fn in_order(&self) -> Self {
        let mut slots = self.0.clone();
        slots.sort();
        Self(slots)
    }
}

impl Week {
    /// All seven days, Monday first, their slots in order.
    pub(crate) fn whole(&self) -> Self {
        let of = |day| self.0.iter().find(|hours| hours.day == day).map(|hours| hours.slots.in_order());
        Self((1..=7).map(|day| DayHours { day, slots: of(day).unwrap_or_default() }).collect())
    }

    /// Names everything that is wrong with it.
    pub(crate) fn check(&self) -> Check {
        let mut check = Check::new().that(self.0.len() <= 7, "week", "too_many");
        for (at, hours) in self.0.iter().take(7).enumerate() {
            let field = format!("week[{at}].day");
            let twice = self.0[..at].iter().any(|other| other.day == hours.day);
            check = check.that((1..=7).contains(&hours.day), field.clone(), "unknown").that(!twice, field, "twice");
            check = check_slots(check, &format!("week[{at}].slots"), &hours.slots);
        }
        check
    }
}

/// Names every slot that is no part of a day or lies over another; `path` is the list's field.
pub(crate) fn check_slots(mut check: Check, path: &str, slots: &Slots) -> Check {
    check = check.that(slots.0.len() <= MOST, path.to_owned(), "too_many");
    let mut taken: Vec<Span> = Vec::new();
    for (at, slot) in slots.0.iter().take(MOST).enumerate() {
        let field = format!("{path}[{at}]");
        let (start, end) = (minutes(&slot.start), minutes(&slot.end));
        check = check.that(start.is_some(), format!("{field}.start"), "malformed").that(
            end.is_some(),
            format!("{field}.end"),
            "malformed",
        );
        let (Some(start), Some(end)) = (start, end) else { continue };
        check = check.that(start < end, format!("{field}.end"), "not_after_start");
        check = check.that(taken.iter().all(|other| end <= other.start || other.end <= start), field, "overlaps");
        taken.push(Span { start, end });
    }
    check
}

/// Minutes since midnight of a text `HH:MM`.
fn minutes(text: &str) -> Option<u16> {
    let bytes = text.as_bytes();
    let well_formed = bytes.len() == 5 && bytes[2] == b':' && [0, 1, 3, 4].iter().all(|&at| bytes[at].is_ascii_digit());
    if !well_formed {
        return None;
    }
    let (hours, minutes): (u16, u16) = (text[..2].parse().ok()?, text[3..].parse().ok()?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= 1440).then_some(all)
}

store::kept_as_json!(Slots, Week);

#[cfg(test)]
mod tests {
    use kernel::Error;

    use super::*;

    fn slots(slots: &[(&str, &str)]) -> Slots {
        Slots(slots.iter().map(|(start, end)| Slot { start: (*start).into(), end: (*end).into() }).collect())
    }

    fn first_fault(slots: &Slots) -> (String, &'static str) {
        match check_slots(Check::new(), "slots", slots).done() {
            Err(Error::Invalid(bad)) => (bad[0].field.to_string(), bad[0].code),
            other => panic!("{slots:?} {other:?}"),
        }
    }

    #[test]
    fn a_slot_may_reach_midnight_and_touch_another() {
        let day = slots(&[("13:30", "24:00"), ("00:00", "13:30")]);
        assert!(check_slots(Check::new(), "slots", &day).done().is_ok());
        assert_eq!(day.spans(), [Span { start: 0, end: 810 }, Span { start: 810, end: 1440 }]);
    }

    #[test]
    fn what_is_no_part_of_a_day_is_named() {
        for (start, end, field, code) in [
            ("9:00", "12:00", "slots[0].start", "malformed"),
            ("09:00", "24:01", "slots[0].end", "malformed"),
            ("09:60", "12:00", "slots[0].start", "malformed"),
            ("-9:00", "12:00", "slots[0].start", "malformed"),
            ("09:é", "12:00", "slots[0].start", "malformed"),
            ("12:00", "12:00", "slots[0].end", "not_after_start"),
            ("18:00", "09:00", "slots[0].end", "not_after_start"),
        ] {
            assert_eq!(first_fault(&slots(&[(start, end)])), (field.to_owned(), code), "{start}–{end}");
        }
        assert_eq!(first_fault(&slots(&[("09:00", "12:00"), ("11:59", "13:00")])).1, "overlaps");
        assert_eq!(first_fault(&Slots(vec![slots(&[("09:00", "12:00")]).0.remove(0); 25])).1, "too_many");
    }

    #[test]
    fn a_week_names_each_day_once() {
        let day = |day| DayHours { day, slots: slots(&[("09:00", "12:00")]) };
        for week in [vec![day(0)], vec![day(8)], vec![day(1), day(1)], vec![day(1); 8]] {
            assert!(Week(week.clone()).check().done().is_err(), "{week:?}");
        }
        let week = Week(vec![day(7), day(2)]);
        assert!(week.check().done().is_ok());
        assert_eq!(week.whole().0.iter().map(|hours| hours.slots.0.len()).collect::<Vec<_>>(), [0, 1, 0, 0, 0, 0, 1]);
    }
}
