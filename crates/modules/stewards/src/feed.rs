//! What another department hands over: rows read, bounded, checked; each once by its key.

use std::collections::HashSet;

use customers::api::{is_invisible, spell_email, spell_phone};
use kernel::{Error, Id, Result, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::model::{IntakeBatch, Item, ItemKind, ItemState};

/// Rows of one call, at most.
pub(crate) const MOST_ROWS: usize = 500;

/// Somebody another department has to do with.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FeedRow {
    /// What the department calls the row: 1 to 80 characters. Sent again, it is known.
    pub key: String,
    /// Their name: 1 to 80 characters.
    pub name: String,
    /// A phone number in any spelling. A number or an address is needed.
    #[serde(default)]
    pub phone: Option<String>,
    /// An e-mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// What colleagues should know: up to 2,000 characters.
    #[serde(default)]
    pub note: Option<String>,
}

/// A row that was not taken, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FeedRefusal {
    /// Which row of the call, from 1.
    pub row: i64,
    /// Its key, as far as it could be read.
    pub key: String,
    /// Which field.
    pub field: &'static str,
    /// Why: `required`, `malformed`, `too_long`, `control_character`, `duplicate`.
    pub code: &'static str,
}

/// The rows of a table with headings, in Chinese or English, in any order.
///
/// # Errors
/// [`Error::Invalid`] for `csv` when it is no such table.
pub(crate) fn read(table: &str) -> Result<Vec<FeedRow>> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).from_reader(table.trim_start_matches('\u{feff}').as_bytes());
    let heads = reader.headers().map_err(|_| Error::field("csv", "malformed"))?.clone();
    let named = |names: &[&str]| heads.iter().position(|head| names.contains(&head.trim().to_lowercase().as_str()));
    let columns = [
        named(&["key", "编号", "編號"]),
        named(&["name", "姓名", "客户", "客戶"]),
        named(&["phone", "电话", "電話", "手机", "手機"]),
        named(&["email", "邮箱", "郵箱", "e-mail"]),
        named(&["note", "备注", "備註", "备註"]),
    ];
    if columns[0].is_none() || columns[1].is_none() {
        return Err(Error::field("csv", "no_headings"));
    }
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|_| Error::field("csv", "malformed"))?;
        if rows.len() == MOST_ROWS {
            return Err(Error::field("csv", "too_many"));
        }
        let cell = |at: usize| columns[at].and_then(|column| record.get(column)).map(|cell| cell.trim().to_owned());
        let filled = |at: usize| cell(at).filter(|cell| !cell.is_empty());
        rows.push(FeedRow {
            key: cell(0).unwrap_or_default(),
            name: cell(1).unwrap_or_default(),
            phone: filled(2),
            email: filled(3),
            note: filled(4),
        });
    }
    Ok(rows)
}

/// A draft as it is kept: number and address in their one spelling.
pub(crate) struct Draft {
    pub name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub note: String,
}

/// What somebody is called and can be reached by, in its normal spelling.
///
/// # Errors
/// Which field cannot be taken, and why.
pub(crate) fn draft(
    name: &str,
    phone: Option<&str>,
    email: Option<&str>,
    note: Option<&str>,
) -> Result<Draft, (&'static str, &'static str)> {
    let filled = |text: Option<&str>| text.map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    let (name, note) = (name.trim(), filled(note).unwrap_or_default());
    let plain = |text: &str| !text.chars().any(|sign| sign.is_control() || is_invisible(sign));
    match name.chars().count() {
        0 => return Err(("name", "required")),
        1..=80 if plain(name) => {}
        1..=80 => return Err(("name", "control_character")),
        _ => return Err(("name", "too_long")),
    }
    if note.chars().count() > 2_000 {
        return Err(("note", "too_long"));
    }
    if note.chars().any(|sign| (sign.is_control() && !sign.is_whitespace()) || is_invisible(sign)) {
        return Err(("note", "control_character"));
    }
    let (phone, email) = (filled(phone), filled(email));
    if phone.is_none() && email.is_none() {
        return Err(("phone", "required"));
    }
    let phone = phone.map(|text| spell_phone(&text).ok_or(("phone", "malformed"))).transpose()?;
    let email = email.map(|text| spell_email(&text).ok_or(("email", "malformed"))).transpose()?;
    Ok(Draft { name: name.to_owned(), phone, email, note })
}

/// A row's draft in a batch.
pub(crate) fn item(
    id: Id<Item>,
    batch: Id<IntakeBatch>,
    from: Option<(&str, &str)>,
    draft: Draft,
    now: Timestamp,
) -> Item {
    let (department, key) = from.map(|(department, key)| (department.to_owned(), key.to_owned())).unzip();
    Item {
        id,
        batch_id: batch,
        kind: ItemKind::Draft,
        department,
        key,
        customer_id: None,
        name: draft.name,
        phone: draft.phone,
        email: draft.email,
        note: draft.note,
        state: ItemState::Open,
        client_type: None,
        steward_id: None,
        reason: None,
        created_at: now,
        version: 1,
    }
}

/// The rows that can be taken, with their drafts, and those that cannot; a key that stands twice counts once.
pub(crate) fn sort(rows: &[FeedRow]) -> (Vec<(String, Draft)>, Vec<FeedRefusal>) {
    let (mut good, mut bad, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for (number, row) in (1..).zip(rows) {
        let key = row.key.trim();
        let mut refuse = |field, code| {
            bad.push(FeedRefusal { row: number, key: key.chars().take(80).collect(), field, code });
        };
        match key.chars().count() {
            0 => refuse("key", "required"),
            1..=80 if key.chars().any(|sign| sign.is_control() || is_invisible(sign)) => {
                refuse("key", "control_character")
            }
            1..=80 if !seen.insert(key.to_owned()) => refuse("key", "duplicate"),
            1..=80 => match draft(&row.name, row.phone.as_deref(), row.email.as_deref(), row.note.as_deref()) {
                Ok(draft) => good.push((key.to_owned(), draft)),
                Err((field, code)) => refuse(field, code),
            },
            _ => refuse("key", "too_long"),
        }
    }
    (good, bad)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_table_is_read_by_its_headings_whatever_their_order() {
        let rows = read("\u{feff}备注,姓名,编号,手机\n3 号楼,\"秦, 岚\",G-1,138 0013 8000\n,少一列,G-2\n").unwrap();
        assert_eq!(
            (rows[0].key.as_str(), rows[0].name.as_str(), rows[0].phone.as_deref()),
            ("G-1", "秦, 岚", Some("138 0013 8000"))
        );
        assert_eq!((rows[1].key.as_str(), rows[1].phone.as_deref()), ("G-2", None));
        assert!(read("甲,乙\n1,2\n").is_err() && read("").is_err());
    }

    #[test]
    fn what_cannot_be_taken_says_why_and_the_rest_is_taken() {
        let row = |key: &str, name: &str, phone: &str| FeedRow {
            key: key.into(),
            name: name.into(),
            phone: Some(phone.into()),
            ..FeedRow::default()
        };
        let rows = [
            row("1", "秦岚", "13800138000"),
            row("", "无编号", "13800138001"),
            row("1", "又一次", "13800138002"),
            row("2", "", "13800138003"),
            row("3", "号码不对", "1380"),
            row("4", "a\u{202e}b", "13800138004"),
            row("5", "没有电话", " "),
        ];
        let (good, bad) = sort(&rows);
        assert_eq!((good.len(), good[0].1.phone.as_deref()), (1, Some("+8613800138000")));
        let why: Vec<_> = bad.iter().map(|bad| (bad.row, bad.field, bad.code)).collect();
        let told = [
            (2, "key", "required"),
            (3, "key", "duplicate"),
            (4, "name", "required"),
            (5, "phone", "malformed"),
            (6, "name", "control_character"),
            (7, "phone", "required"),
        ];
        assert_eq!(why, told);
    }

    proptest! {
        #[test]
        fn nothing_somebody_sends_breaks_it(table in ".{0,300}") {
            if let Ok(rows) = read(&table) {
                let (good, bad) = sort(&rows);
                prop_assert_eq!(good.len() + bad.len(), rows.len());
            }
        }
    }
}
