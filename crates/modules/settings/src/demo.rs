//! The organisation of the demo story: open every day, with lunch, and China's holidays.

use http::Demo;
use kernel::{Error, Result};
use store::Tx;

use crate::{
    holidays,
    http::organisation::changed,
    model::{self, DayHours, Slot, Slots, Week, decreed},
    queries,
};

const ORGANISATION: &str = include_str!("../demo/organisation.txt");

pub(crate) fn tell(tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    let mut lines = ORGANISATION.lines();
    let before = queries::organisation(tx)?;
    let mut after = before.clone();
    after.name = lines.next().unwrap_or_default().to_owned();
    after.time_zone = "Asia/Shanghai".into();
    after.version += 1;
    // The first line of hours is for Monday to Friday, the second for the weekend.
    let hours = lines.map(slots).collect::<Result<Vec<_>>>()?;
    let of = |day: i64| hours.get(usize::from(day > 5)).cloned().unwrap_or_default();
    let week = Week((1..=7).map(|day| DayHours { day, slots: of(day) }).collect());
    let named = changed(tx, &before, after)?;
    let mut opened = named.clone();
    opened.week = week.whole();
    opened.version += 1;
    changed(tx, &named, opened)?;
    let zone = model::time_zone("Asia/Shanghai").map(|(zone, _)| zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let year = |at: kernel::Timestamp| {
        let at = jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)?;
        Ok::<_, Error>(i64::from(zone.to_datetime(at).year()))
    };
    let days: Vec<_> = (year(demo.since)?..=year(demo.now)? + 1).flat_map(decreed).collect();
    holidays::take_in(tx, &days).map(drop)
}

/// `08:30-12:00 13:00-20:30`.
fn slots(line: &str) -> Result<Slots> {
    let slot = |text: &str| {
        let (start, end) = text.split_once('-').ok_or_else(|| Error::internal(format!("demo: {text}")))?;
        Ok(Slot { start: start.into(), end: end.into() })
    };
    line.split_whitespace().map(slot).collect::<Result<Vec<_>>>().map(Slots)
}
