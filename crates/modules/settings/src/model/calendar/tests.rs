//! The calendar against known days, and against a slow walk over the wall clock.

use jiff::civil::DateTime;
use kernel::Error;
use proptest::{collection::vec, prelude::*, sample::select};

use super::*;

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap()
}

/// The moment at which the wall clock of a zone shows `text`, the earlier of two.
fn at(zone_name: &str, text: &str) -> Timestamp {
    let wall: DateTime = text.parse().unwrap();
    Timestamp::from_millis(zone(zone_name).to_timestamp(wall).unwrap().as_millisecond())
}

fn spans(list: &[(u16, u16)]) -> Vec<Span> {
    list.iter().map(|(start, end)| Span { start: *start, end: *end }).collect()
}

/// Monday to Friday alike; Saturday and Sunday closed.
fn office(zone_name: &str, day: &[(u16, u16)], special: &[(Date, &[(u16, u16)])]) -> BusinessCalendar {
    let mut week: [Vec<Span>; 7] = Default::default();
    week[..5].fill(spans(day));
    BusinessCalendar::new(zone(zone_name), week, special.iter().map(|(day, hours)| (*day, spans(hours))).collect())
}

/// 09:00–12:00 and 13:30–18:00.
const USUAL: [(u16, u16); 2] = [(540, 720), (810, 1080)];
const SHANGHAI: &str = "Asia/Shanghai";

/// The National Day week of 2026: off from 1 to 7 October, worked on Saturday the 10th.
fn golden_week() -> BusinessCalendar {
    let off: Vec<_> = (1..=7).map(|day| (date(2026, 10, day), &[][..])).collect();
    office(SHANGHAI, &USUAL, &[off, vec![(date(2026, 10, 10), &USUAL[..])]].concat())
}

#[test]
fn r027_the_clock_pauses_over_lunch() {
    let calendar = office(SHANGHAI, &USUAL, &[]);
    let noon = at(SHANGHAI, "2026-11-20T12:00");
    let afternoon = at(SHANGHAI, "2026-11-20T13:30");
    assert_eq!(calendar.elapsed(noon, afternoon), 0);
    assert_eq!(calendar.due(at(SHANGHAI, "2026-11-20T11:50"), 30 * MINUTE).unwrap(), at(SHANGHAI, "2026-11-20T13:50"));
    assert_eq!(calendar.due(at(SHANGHAI, "2026-11-20T11:50"), 10 * MINUTE).unwrap(), noon, "the earliest moment");
    assert!(!calendar.is_open(noon) && calendar.is_open(noon.plus_millis(-1)) && calendar.is_open(afternoon));
    assert_eq!(calendar.next_change(noon), Some(afternoon));
    assert_eq!(calendar.next_change(afternoon), Some(at(SHANGHAI, "2026-11-20T18:00")));
}

#[test]
fn a_weekend_and_a_seven_day_holiday_take_no_time() {
    let calendar = golden_week();
    let before = at(SHANGHAI, "2026-09-30T17:00");
    assert_eq!(calendar.due(before, 2 * HOUR).unwrap(), at(SHANGHAI, "2026-10-08T10:00"));
    assert_eq!(calendar.elapsed(before, at(SHANGHAI, "2026-10-08T10:00")), 2 * HOUR);
    assert_eq!(calendar.next_change(at(SHANGHAI, "2026-10-01T10:00")), Some(at(SHANGHAI, "2026-10-08T09:00")));
    assert!(calendar.is_open(at(SHANGHAI, "2026-10-10T09:00")), "a make-up day is worked");
    assert_eq!(calendar.elapsed(at(SHANGHAI, "2026-10-09T18:00"), at(SHANGHAI, "2026-10-12T00:00")), 450 * MINUTE);
    assert_eq!(
        calendar.due(at(SHANGHAI, "2026-10-09T18:00"), 450 * MINUTE + 1).unwrap(),
        at(SHANGHAI, "2026-10-12T09:00").plus_millis(1)
    );
}

#[test]
fn years_are_leapt_over_by_weeks() {
    let calendar = golden_week();
    let (from, to) = (at(SHANGHAI, "2016-01-01T00:00"), at(SHANGHAI, "2046-01-01T00:00"));
    let walked: i64 = (0..to.since(from) / DAY)
        .map(|day| calendar.elapsed(from.plus_millis(day * DAY), from.plus_millis((day + 1) * DAY)))
        .sum();
    assert_eq!(calendar.elapsed(from, to), walked);
    assert_eq!(calendar.due(from, walked).unwrap(), at(SHANGHAI, "2045-12-29T18:00"));
}

#[test]
fn a_slot_to_midnight_runs_into_the_next_day() {
    let mut week: [Vec<Span>; 7] = Default::default();
    week.fill(spans(&[(0, 120), (1320, 1440)]));
    let calendar = BusinessCalendar::new(zone(SHANGHAI), week, BTreeMap::new());
    let evening = at(SHANGHAI, "2026-11-20T22:00");
    assert_eq!(calendar.next_change(evening), Some(at(SHANGHAI, "2026-11-21T02:00")), "open through midnight");
    assert!(calendar.is_open(at(SHANGHAI, "2026-11-21T00:00")));
    assert_eq!(calendar.due(evening, 3 * HOUR).unwrap(), at(SHANGHAI, "2026-11-21T01:00"));
    assert_eq!(calendar.due(evening, 5 * HOUR).unwrap(), at(SHANGHAI, "2026-11-21T23:00"));
}

#[test]
fn changing_clocks_lengthen_and_shorten_the_night() {
    let berlin = "Europe/Berlin";
    let week: [Vec<Span>; 7] = std::array::from_fn(|_| spans(&[(0, 240)]));
    let calendar = BusinessCalendar::new(zone(berlin), week, BTreeMap::new());
    let night =
        |day: &str| calendar.elapsed(at(berlin, &format!("{day}T00:00")), at(berlin, &format!("{day}T12:00"))) / MINUTE;
    assert_eq!(
        (night("2026-03-28"), night("2026-03-29"), night("2026-10-24"), night("2026-10-25")),
        (240, 180, 240, 300)
    );
    // Half past two does not exist on 29 March: the slot that would end there ends with the jump.
    let jump = office(berlin, &[], &[(date(2026, 3, 29), &[(120, 150), (150, 240)])]);
    assert_eq!(jump.elapsed(at(berlin, "2026-03-29T00:00"), at(berlin, "2026-03-30T00:00")), HOUR);
    assert_eq!(jump.next_change(at(berlin, "2026-03-29T00:00")), Some(at(berlin, "2026-03-29T03:00")));
}

#[test]
fn an_hour_read_twice_over_midnight_belongs_to_the_day_that_has_begun() {
    // On 7 November 2010 the clocks of Goose Bay went from 00:01 back to 23:01 of the day before.
    let bay = "America/Goose_Bay";
    let calendar = office(bay, &[], &[(date(2010, 11, 7), &[(0, 1440)])]);
    let begins = at(bay, "2010-11-07T00:00");
    assert!(!calendar.is_open(begins.plus_millis(-1)));
    assert!(
        calendar.is_open(begins) && calendar.is_open(begins.plus_millis(HOUR / 2)),
        "at 23:30, for the second time"
    );
    assert_eq!(calendar.elapsed(at(bay, "2010-11-06T00:00"), at(bay, "2010-11-09T00:00")), 25 * HOUR);
    assert_eq!(calendar.elapsed(begins.plus_millis(HOUR / 2), at(bay, "2010-11-09T00:00")), 24 * HOUR + HOUR / 2);
}

#[test]
fn no_hours_are_never_due_and_say_so() {
    let never = |calendar: &BusinessCalendar, from: Timestamp| match calendar.due(from, MINUTE) {
        Err(Error::Conflict(code, _)) => code.name() == "settings.never_due",
        _ => false,
    };
    let now = at(SHANGHAI, "2026-11-20T10:00");
    for name in [SHANGHAI, "Europe/Berlin"] {
        let empty = office(name, &[], &[]);
        assert!(
            never(&empty, now)
                && never(&empty, Timestamp::from_millis(i64::MIN))
                && never(&empty, Timestamp::from_millis(i64::MAX))
        );
        assert_eq!(
            (empty.due(now, 0).unwrap(), empty.elapsed(now, now.plus_millis(400 * DAY)), empty.next_change(now)),
            (now, 0, None)
        );
        let once = office(name, &[], &[(date(2035, 1, 1), &[(540, 541)])]);
        assert_eq!(once.due(now, MINUTE).unwrap(), at(name, "2035-01-01T09:01"));
        assert!(never(&once, at(name, "2035-01-01T09:00").plus_millis(1)));
        assert!(
            matches!(office(name, &USUAL, &[]).due(now, i64::MAX), Err(Error::Conflict(..))),
            "beyond the known years"
        );
    }
}

#[test]
fn round_the_clock_never_changes_but_for_its_holidays() {
    let week: [Vec<Span>; 7] = std::array::from_fn(|_| spans(&[(0, 1440)]));
    for name in [SHANGHAI, "Europe/Berlin", "Africa/Cairo"] {
        let always = BusinessCalendar::new(zone(name), week.clone(), BTreeMap::new());
        let now = at(name, "2026-03-20T10:00");
        assert_eq!((always.next_change(now), always.is_open(now)), (None, true));
        assert_eq!(always.due(now, 100 * DAY).unwrap(), now.plus_millis(100 * DAY));
        let but_one =
            BusinessCalendar::new(zone(name), week.clone(), BTreeMap::from([(date(2026, 12, 25), Vec::new())]));
        assert_eq!(but_one.next_change(now), Some(at(name, "2026-12-25T00:00")));
        assert_eq!(but_one.next_change(at(name, "2026-12-25T00:00")), Some(at(name, "2026-12-26T00:00")));
    }
}

#[test]
fn the_ends_of_time_are_survived() {
    let calendar = office("America/Sao_Paulo", &USUAL, &[]);
    let (first, last) = (Timestamp::from_millis(i64::MIN), Timestamp::from_millis(i64::MAX));
    assert!(!calendar.is_open(first) && !calendar.is_open(last));
    assert!(calendar.elapsed(first, last) > 0);
    assert_eq!(calendar.elapsed(last, first), -calendar.elapsed(first, last));
    assert!(calendar.due(first, HOUR).is_ok() && calendar.due(last, HOUR).is_err());
    assert_eq!((calendar.next_change(last), calendar.next_change(first).is_some()), (None, true));
}

/// Zones with clock changes by night, at midnight, over midnight, by half an hour, of a whole day, and without.
const ZONES: [&str; 7] = [
    SHANGHAI,
    "Europe/Berlin",
    "America/Sao_Paulo",
    "America/Goose_Bay",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Cairo",
];

/// Up to three spans of a day, in steps of half an hour.
fn hours() -> impl Strategy<Value = Vec<Span>> {
    vec(0u16..=48, 0..=6).prop_map(|mut marks| {
        marks.sort_unstable();
        marks
            .chunks_exact(2)
            .filter(|pair| pair[0] < pair[1])
            .map(|pair| Span { start: pair[0] * 30, end: pair[1] * 30 })
            .collect()
    })
}

/// Calendars of a week, with a few special days from 2010 to 2012.
fn calendars() -> impl Strategy<Value = BusinessCalendar> {
    let special = vec((0i64..900, hours()), 0..6);
    (select(&ZONES[..]), vec(hours(), 7), special).prop_map(|(name, week, special)| {
        let special = special.into_iter().map(|(after, hours)| (plus(date(2010, 1, 1), after), hours)).collect();
        BusinessCalendar::new(zone(name), week.try_into().unwrap(), special)
    })
}

/// A moment from 2009 to 2013, in steps of a minute.
fn moments() -> impl Strategy<Value = Timestamp> {
    (20_500_000i64..22_700_000).prop_map(|minute| Timestamp::from_millis(minute * MINUTE))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn it_is_open_when_the_wall_clock_says_so(calendar in calendars(), at in moments()) {
        let wall = calendar.zone.to_datetime(instant(at.millis()));
        // An hour that comes twice has its own test.
        let once = matches!(calendar.zone.to_ambiguous_timestamp(wall).offset(), AmbiguousOffset::Unambiguous { .. });
        prop_assume!(once);
        let minute = wall.hour() as u16 * 60 + wall.minute() as u16;
        let hours = calendar.special.get(&wall.date()).unwrap_or(&calendar.week[wall.weekday().to_monday_zero_offset() as usize]);
        prop_assert_eq!(calendar.is_open(at), hours.iter().any(|span| span.start <= minute && minute < span.end));
    }

    #[test]
    fn elapsed_adds_up_and_turns_round(calendar in calendars(), a in moments(), b in moments(), c in moments()) {
        prop_assert_eq!(calendar.elapsed(a, b) + calendar.elapsed(b, c), calendar.elapsed(a, c));
        prop_assert!(calendar.elapsed(a.min(b), a.max(b)) >= 0);
        prop_assert_eq!(calendar.elapsed(a, b), -calendar.elapsed(b, a));
    }

    #[test]
    fn due_is_the_earliest_moment_with_so_much_elapsed(calendar in calendars(), from in moments(), millis in 1i64..2_000 * HOUR) {
        match calendar.due(from, millis) {
            Ok(due) => {
                prop_assert_eq!(calendar.elapsed(from, due), millis);
                prop_assert_eq!(calendar.elapsed(from, due.plus_millis(-1)), millis - 1);
            }
            Err(_) => prop_assert!(calendar.week_ms == 0),
        }
    }

    #[test]
    fn due_is_monotone_and_additive(calendar in calendars(), from in moments(), one in 0i64..500 * HOUR, two in 0i64..500 * HOUR) {
        prop_assume!(calendar.week_ms > 0);
        let first = calendar.due(from, one).unwrap();
        let both = calendar.due(from, one + two).unwrap();
        prop_assert!(first <= both);
        prop_assert_eq!(calendar.due(first, two).unwrap(), both);
    }

    #[test]
    fn nothing_changes_before_the_next_change(calendar in calendars(), at in moments()) {
        let open = calendar.is_open(at);
        match calendar.next_change(at) {
            Some(change) => {
                prop_assert!(change > at);
                prop_assert_eq!(calendar.is_open(change), !open);
                prop_assert_eq!(calendar.elapsed(at, change), if open { change.since(at) } else { 0 });
            }
            None => prop_assert_eq!(calendar.elapsed(at, at.plus_millis(60 * DAY)), if open { 60 * DAY } else { 0 }),
        }
    }
}

proptest! {
    // A walk by minutes takes its time.
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn elapsed_is_what_a_walk_counts(calendar in calendars(), from in moments(), minutes in 0i64..12 * 1440) {
        let open = (0..minutes).filter(|minute| calendar.is_open(from.plus_millis(minute * MINUTE))).count() as i64;
        prop_assert_eq!(calendar.elapsed(from, from.plus_millis(minutes * MINUTE)), open * MINUTE);
    }
}
