//! A line as a customer: each cell read as what its column is.

use std::collections::HashMap;

use customers::{ListedCustomer, Stage};
use jiff::{civil::DateTime, tz::TimeZone};
use kernel::{Timestamp, UnitId, UserId};
use profiles::CustomerField;

use crate::{
    model::{Plan, Reason},
    sheet::Line,
};

/// Who may look after customers, by name and by login.
#[derive(Default)]
pub(crate) struct Colleagues {
    /// By name or login: who it is; none when several are called so.
    pub known: HashMap<String, Option<(UserId, Option<UnitId>)>>,
}

/// A line's customer, or why it is none.
pub(crate) fn customer(
    line: &Line,
    plan: &Plan,
    zone: &TimeZone,
    colleagues: &Colleagues,
) -> Result<ListedCustomer, Vec<Reason>> {
    let mut listed = ListedCustomer::default();
    let mut wrong = Vec::new();
    let mut bad = |field: &str, code: &str| wrong.push(Reason { field: field.into(), code: code.into() });
    for (cell, field) in line.cells.iter().zip(&plan.columns).filter(|(cell, _)| !cell.is_empty()) {
        let Some(field) = field else { continue };
        let text = Some(cell.clone());
        match field.text() {
            "name" => listed.name = text,
            "phone" => listed.phone = text,
            "email" => listed.email = text.map(|text| unquoted(&text)),
            "note" => listed.note = text,
            "owner" => match colleagues.known.get(&cell.to_lowercase()) {
                Some(Some(placed)) => listed.placed = Some(*placed),
                Some(None) => bad("owner_id", "ambiguous"),
                None => bad("owner_id", "unknown"),
            },
            "stage" => match stage(cell) {
                Some(stage) => listed.stage = Some(stage),
                None => bad("stage", "unknown"),
            },
            "as_of" => match moment(cell, zone) {
                // What is yet to come cannot be known.
                Some(at) => listed.as_of = Some(at.min(plan.as_of)),
                None => bad("as_of", "malformed"),
            },
            // The department's own: see [`own`].
            _ => {}
        }
    }
    if wrong.is_empty() { Ok(listed) } else { Err(wrong) }
}

/// What a line says of the department's own fields, or why it cannot be taken. `fillable`: those the importer may fill in.
pub(crate) fn own<'a>(
    line: &'a Line,
    plan: &Plan,
    fillable: &'a [CustomerField],
) -> Result<Vec<(&'a CustomerField, &'a str)>, Vec<Reason>> {
    let (mut said, mut wrong) = (Vec::new(), Vec::new());
    let cells = line.cells.iter().zip(&plan.columns).filter(|(cell, _)| !cell.trim().is_empty());
    for (cell, field) in cells.filter_map(|(cell, field)| Some((cell, field.as_ref().filter(|field| field.is_own())?)))
    {
        let known = fillable.iter().find(|known| known.id.to_string() == field.text());
        match known.map(|known| (known, profiles::api::check(known, cell))) {
            Some((known, Ok(()))) => said.push((known, cell.as_str())),
            Some((_, Err(code))) => wrong.push(Reason { field: field.0.clone(), code: code.into() }),
            None => wrong.push(Reason { field: field.0.clone(), code: "unknown".into() }),
        }
    }
    if wrong.is_empty() { Ok(said) } else { Err(wrong) }
}

/// `"a@b.c"`, `<a@b.c>`, `Name <a@b.c>`: the address in it.
fn unquoted(text: &str) -> String {
    let inner = text.rsplit_once('<').map_or(text, |(_, rest)| rest);
    inner.trim_matches(|c: char| c.is_whitespace() || "<>\"'“”‘’;,；，".contains(c)).to_owned()
}

fn stage(text: &str) -> Option<Stage> {
    let text = text.trim().to_lowercase();
    let among = |words: &[&str]| words.contains(&text.as_str());
    if among(&["客户", "客戶", "成交客户", "老客户", "customer"]) {
        Some(Stage::Customer)
    } else if among(&["潜在客户", "潛在客戶", "潜客", "线索", "線索", "lead", "意向客户"]) {
        Some(Stage::Lead)
    } else if among(&["访客", "訪客", "contact", "visitor"]) {
        Some(Stage::Contact)
    } else {
        None
    }
}

/// A line's cells that are not empty, by what its columns are.
pub(crate) fn cells(line: &Line, plan: &Plan) -> HashMap<String, String> {
    let cells = line.cells.iter().zip(&plan.columns).filter(|(cell, _)| !cell.is_empty());
    cells.filter_map(|(cell, field)| Some((field.as_ref()?.text().to_owned(), cell.clone()))).collect()
}

/// A day, or a moment of one, in the organisation's time zone: `2026-11-03`, `2026/11/3 9:05`, `2026年11月3日`, or the
/// number of days a spreadsheet counts from 30 December 1899.
pub fn moment(text: &str, zone: &TimeZone) -> Option<Timestamp> {
    let plain: String = text
        .trim()
        .chars()
        .map(|c| match c {
            '/' | '.' | '年' | '月' => '-',
            '日' | 'T' | '　' => ' ',
            c => c,
        })
        .collect();
    if let Ok(serial) = plain.parse::<f64>().or_else(|_| text.trim().parse::<f64>()) {
        // Days of this and the last century: a year alone is no day.
        let seconds = (10_000.0..100_000.0).contains(&serial).then_some((serial * 86_400.0).round() as i64)?;
        let start = jiff::civil::date(1899, 12, 30).at(0, 0, 0, 0);
        return at(start.checked_add(jiff::SignedDuration::from_secs(seconds)).ok()?, zone);
    }
    let (day, time) = plain.trim().split_once(' ').unwrap_or((plain.trim(), ""));
    let mut parts = day.split('-').map(|part| part.trim().parse::<i16>());
    let (year, month, date) = (parts.next()?.ok()?, parts.next()?.ok()?, parts.next()?.ok()?);
    let mut clock = time.trim().split(':').filter(|part| !part.is_empty()).map(|part| part.trim().parse::<f64>());
    let (hour, minute) = (clock.next().unwrap_or(Ok(0.0)).ok()?, clock.next().unwrap_or(Ok(0.0)).ok()?);
    let (month, date) = (i8::try_from(month).ok()?, i8::try_from(date).ok()?);
    at(DateTime::new(year, month, date, hour as i8, minute as i8, 0, 0).ok()?, zone)
}

fn at(moment: DateTime, zone: &TimeZone) -> Option<Timestamp> {
    Some(Timestamp::from_millis(zone.to_timestamp(moment).ok()?.as_millisecond()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_read_in_every_spelling_of_the_country_and_as_a_serial_number() {
        let zone = TimeZone::get("Asia/Shanghai").unwrap();
        let day = moment("2026-11-03", &zone);
        assert!(day.is_some());
        for text in ["2026/11/3", "2026年11月3日", "2026.11.03", "46329", "2026-11-03 00:00:00", " 2026/11/03 0:00 "]
        {
            assert_eq!(moment(text, &zone), day, "{text}");
        }
        let nine = moment("2026/11/3 9:05", &zone).unwrap();
        assert_eq!(nine.since(day.unwrap()), (9 * 60 + 5) * 60_000);
        for text in ["", "2026", "昨天", "2026-13-01", "2026-02-30", "1e9", "NaN", "2026-11-03 25:00"] {
            assert_eq!(moment(text, &zone), None, "{text}");
        }
    }

    #[test]
    fn an_address_is_found_in_its_costume() {
        for text in ["a@b.cn", "\"a@b.cn\"", "<a@b.cn>", "王 <a@b.cn>", "‘a@b.cn’", " a@b.cn; "] {
            assert_eq!(unquoted(text), "a@b.cn", "{text}");
        }
    }
}
