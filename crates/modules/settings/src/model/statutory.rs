//! The public holidays of mainland China, which the State Council decrees year by year, and the
//! weekend days worked to make up for them.

use tyme4rs::tyme::{Culture, holiday::LegalHoliday};

use super::SpecialKind;

/// One decreed day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Decreed {
    /// `YYYY-MM-DD`.
    pub date: String,
    pub kind: SpecialKind,
    /// 春节, 国庆节, …
    pub name: String,
}

/// What was decreed for a year, in order; nothing for a year not decreed yet, or before 2002.
/// Takes a millisecond or more: not for a thread that others wait for.
pub(crate) fn decreed(year: i64) -> Vec<Decreed> {
    let Ok(in_year) = isize::try_from(year) else { return Vec::new() };
    // New Year's Day is a holiday by law, so every year that is decreed begins with it.
    let days = std::iter::successors(LegalHoliday::from_ymd(in_year, 1, 1), |day| day.next(1));
    days.take_while(|day| day.get_day().get_year() == in_year).map(|day| of(&day)).collect()
}

fn of(found: &LegalHoliday) -> Decreed {
    let day = found.get_day();
    let kind = if found.is_work() { SpecialKind::Workday } else { SpecialKind::Holiday };
    Decreed {
        date: format!("{:04}-{:02}-{:02}", day.get_year(), day.get_month(), day.get_day()),
        kind,
        name: found.get_name(),
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, path::Path};

    use jiff::civil::Date;
    use serde::Deserialize;

    use super::*;

    #[derive(Deserialize)]
    struct Year {
        days: Vec<Day>,
    }

    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Day {
        date: String,
        is_off_day: bool,
    }

    #[test]
    fn the_spring_festival_of_2026_is_known() {
        let days = decreed(2026);
        let kind = |date: &str| days.iter().find(|day| day.date == date).map(|day| (day.kind, day.name.as_str()));
        assert_eq!(kind("2026-02-17"), Some((SpecialKind::Holiday, "春节")));
        assert_eq!(kind("2026-02-14"), Some((SpecialKind::Workday, "春节")));
        assert_eq!(kind("2026-03-02"), None);
        assert!(days.is_sorted_by_key(|day| &day.date));
    }

    #[test]
    fn years_not_decreed_are_empty() {
        for year in [i64::MIN, -1, 0, 1999, 2000, 2999, 20_026, i64::MAX] {
            assert_eq!(decreed(year), [], "{year}");
        }
    }

    /// Compares with the decrees as another project (NateScarlet/holiday-cn) reads them, where its
    /// files lie beside this repository.
    #[test]
    fn another_reading_of_the_decrees_agrees() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data/holiday-cn");
        if !folder.is_dir() {
            eprintln!("skipped: there is no ../shared/data/holiday-cn beside the repository");
            return;
        }
        let mut theirs: BTreeMap<String, bool> = BTreeMap::new();
        for year in 2014..=2026 {
            let text = std::fs::read_to_string(folder.join(format!("{year}.json"))).unwrap();
            let year: Year = serde_json::from_str(&text).unwrap();
            theirs.extend(year.days.into_iter().map(|day| (day.date, !day.is_off_day)));
        }
        let ours: BTreeMap<_, _> =
            (2014..=2026).flat_map(decreed).map(|day| (day.date, day.kind == SpecialKind::Workday)).collect();
        // The two do not always name the weekend within a holiday: what counts is who works when.
        let works = |known: &BTreeMap<String, bool>, date: &str| {
            let weekday = || date.parse::<Date>().unwrap().weekday().to_monday_one_offset() <= 5;
            known.get(date).copied().unwrap_or_else(weekday)
        };
        let differing: Vec<_> =
            ours.keys().chain(theirs.keys()).filter(|date| works(&ours, date) != works(&theirs, date)).collect();
        assert!(ours.len() > 400 && differing.is_empty(), "{} {differing:?}", ours.len());
    }
}
