//! The organisation and its special days.

use std::collections::BTreeMap;

use access::api::Locale;
use jiff::{civil::Date, tz::TimeZone};
use kernel::{Id, Noun, Timestamp};
use serde::Serialize;
use store::text_enum;
use utoipa::ToSchema;

use super::{BusinessCalendar, Slots, Span, Week};

impl Noun for Organisation {
    const PREFIX: &'static str = "org";
}
impl Noun for SpecialDay {
    const PREFIX: &'static str = "spd";
}

/// Names one state of the calendar: another one after every change.
#[derive(Debug)]
pub enum CalendarRevision {}
impl Noun for CalendarRevision {
    const PREFIX: &'static str = "crv";
}

store::record! {
    /// The organisation this installation serves.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct Organisation {
        /// Its id.
        pub id: Id<Organisation>,
        /// Its name; empty until the installation is set up.
        pub name: String,
        /// The time zone of its business hours and reports: a name of the IANA database.
        #[schema(example = "Asia/Shanghai")]
        pub time_zone: String,
        /// The language of what it writes where nobody chose one.
        pub locale: Locale,
        /// When it is open; shown by `/settings/business-hours`.
        #[serde(skip)]
        #[schema(ignore)]
        pub week: Week,
        /// Which state the calendar is in.
        #[serde(skip)]
        #[schema(ignore)]
        pub calendar: Id<CalendarRevision>,
        /// Rises with each change of the organisation or its week.
        pub version: i64,
        /// The step of the set-up that comes next.
        #[serde(skip)]
        #[schema(ignore)]
        pub setup: SetupStep,
    }
}

impl Organisation {
    /// The language to speak to somebody who asks for `asked`, a tag such as `zh-HK` or a list of them: the first of ours
    /// that fits; the organisation's own where none does.
    pub fn language(&self, asked: &str) -> &'static str {
        http::language(asked).unwrap_or(self.locale.text())
    }
}

text_enum! {
    /// A step of the set-up after the administrator has an account.
    pub enum SetupStep {
        /// Who this is.
        Organisation = "organisation",
        /// When somebody is there.
        Hours = "hours",
        /// Who answers, how soon.
        Queue = "queue",
        /// How the chat comes onto a page.
        Snippet = "snippet",
        /// A first message, answered.
        Test = "test",
        /// It is through.
        Done = "done",
    }
}

text_enum! {
    /// What a special day is.
    pub enum SpecialKind {
        /// Closed, or open for its own slots only.
        Holiday = "holiday",
        /// Worked although its weekday is not: a make-up day.
        Workday = "workday",
    }
}

text_enum! {
    /// Where a special day comes from.
    pub enum SpecialSource {
        /// Somebody entered it.
        Entered = "entered",
        /// The State Council of China decreed it.
        Statutory = "statutory",
    }
}

store::record! {
    /// A day that is not like its weekday.
    #[derive(Clone, Debug, Serialize, ToSchema)]
    pub struct SpecialDay {
        /// Its id.
        pub id: Id<SpecialDay>,
        /// `YYYY-MM-DD`; each date once.
        #[schema(example = "2026-10-01")]
        pub date: String,
        /// What it is.
        pub kind: SpecialKind,
        /// When it is open. A holiday without slots is closed; a work day without slots has those of
        /// Monday, or of the first weekday after it that has any.
        pub slots: Slots,
        /// What people call it.
        pub name: String,
        /// Where it comes from.
        pub source: SpecialSource,
        /// Since when it stands here.
        pub created_at: Timestamp,
    }
}

/// The date of a text `YYYY-MM-DD`, of the years 1900 to 2999.
pub(crate) fn date_of(text: &str) -> Option<Date> {
    let date: Date = text.parse().ok()?;
    ((1900..3000).contains(&date.year()) && date.to_string() == text).then_some(date)
}

/// The time zone of this name in the IANA database, and the name's proper spelling.
pub(crate) fn time_zone(name: &str) -> Option<(TimeZone, String)> {
    let zone = TimeZone::get(name).ok().filter(|zone| !zone.is_unknown())?;
    let proper = zone.iana_name()?.to_owned();
    Some((zone, proper))
}

/// The calendar that the organisation's hours and special days make.
pub(crate) fn calendar(organisation: &Organisation, days: &[SpecialDay]) -> BusinessCalendar {
    // The name was checked when it was saved; a database that lost it since leaves us with UTC.
    let zone = time_zone(&organisation.time_zone).map_or(TimeZone::UTC, |(zone, _)| zone);
    let mut week: [Vec<Span>; 7] = Default::default();
    for (spans, hours) in week.iter_mut().zip(organisation.week.whole().0) {
        *spans = hours.slots.spans();
    }
    let weekday = week[..5].iter().find(|spans| !spans.is_empty()).cloned().unwrap_or_default();
    let special: BTreeMap<_, _> = days
        .iter()
        .filter_map(|day| {
            let as_weekday = day.kind == SpecialKind::Workday && day.slots.0.is_empty();
            Some((date_of(&day.date)?, if as_weekday { weekday.clone() } else { day.slots.spans() }))
        })
        .collect();
    BusinessCalendar::new(zone, week, special)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_of_the_iana_database_are_time_zones() {
        assert_eq!(time_zone("asia/shanghai").unwrap().1, "Asia/Shanghai");
        for wrong in ["", "Mars/Olympus", "Etc/Unknown", "../etc/passwd", "+08:00", "CST-8"] {
            assert!(time_zone(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn only_one_spelling_is_a_date() {
        assert!(date_of("2028-02-29").is_some());
        for wrong in
            ["2026-02-29", "2026-2-3", "20260203", "1899-12-31", "3000-01-01", "2026-01-01T00:00", "-000001-01-01"]
        {
            assert!(date_of(wrong).is_none(), "{wrong}");
        }
    }
}
