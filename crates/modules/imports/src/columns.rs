//! What the columns of a list are: by their headings, by what stands in them, by what they were last time.

use customers::ListKey;
use sha2::{Digest, Sha256};

use crate::{
    model::ImportField,
    sheet::{ImportFormat, Line},
};

/// Lines that are looked at.
pub(crate) const LOOKED_AT: usize = 30;
/// Lines among which the headings are: titles stand above them.
const HEADED: usize = 8;

/// What fields are called, folded; the first that a heading holds decides.
const NAMES: &[(ImportField, &[&str])] = &[
    (ImportField::AsOf, &["更新时间", "更新日期", "修改时间", "更新時間", "updated", "as of", "modified"]),
    (ImportField::Owner, &["负责人", "客户经理", "跟进人", "所属", "負責人", "客戶經理", "owner", "account manager"]),
    (ImportField::Stage, &["阶段", "客户状态", "階段", "stage", "lifecycle"]),
    (ImportField::Email, &["邮箱", "邮件", "电邮", "郵箱", "電郵", "電子郵件", "email", "e-mail", "mail"]),
    (ImportField::Phone, &["手机", "电话", "联系方式", "手機", "電話", "聯絡方式", "phone", "mobile", "tel", "cell"]),
    (ImportField::Name, &["姓名", "客户名", "名称", "联系人", "客戶名", "名稱", "聯絡人", "称呼", "name", "fn"]),
    (ImportField::Note, &["备注", "说明", "描述", "備註", "說明", "note", "remark", "memo", "comment"]),
];

fn named(heading: &str) -> Option<ImportField> {
    let heading = heading.to_lowercase();
    // A heading is a word or two; a sentence that mentions a phone is none.
    let short = heading.chars().count() <= 20;
    NAMES.iter().find(|(_, words)| short && words.iter().any(|word| heading.contains(word))).map(|(field, _)| *field)
}

fn is_value(cell: &str) -> bool {
    customers::api::is_phone(cell) || customers::api::is_email(cell)
}

/// The line of the headings among the first ones; 0 when there is none.
pub(crate) fn header_line(format: ImportFormat, lines: &[Line]) -> i64 {
    if format == ImportFormat::Cards {
        return 0;
    }
    let headings = |line: &&Line| {
        !line.cells.iter().any(|cell| is_value(cell))
            && line.cells.iter().filter(|cell| named(cell).is_some()).count() >= 1
            && line.cells.iter().filter(|cell| !cell.is_empty()).count() >= 2
    };
    lines.iter().take(HEADED).find(headings).map_or(0, |line| line.number)
}

/// What the columns most likely are, each field once.
pub(crate) fn guess(format: ImportFormat, header_line: i64, lines: &[Line]) -> Vec<Option<ImportField>> {
    if format == ImportFormat::Cards {
        return vec![
            Some(ImportField::Name),
            Some(ImportField::Phone),
            Some(ImportField::Email),
            Some(ImportField::Note),
            None,
        ];
    }
    let width = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
    let headings = lines.iter().find(|line| line.number == header_line);
    let values: Vec<_> = lines.iter().filter(|line| line.number > header_line).collect();
    let mut taken = Vec::new();
    let mut once = |field: Option<ImportField>| {
        let field = field.filter(|field| !taken.contains(field))?;
        taken.push(field);
        Some(field)
    };
    (0..width)
        .map(|column| {
            let heading = headings.and_then(|line| line.cells.get(column)).map_or("", String::as_str);
            once(named(heading).or_else(|| seen(&values, column)))
        })
        .collect()
}

/// What a column is by what stands in it: numbers and addresses tell themselves.
fn seen(values: &[&Line], column: usize) -> Option<ImportField> {
    let cells: Vec<_> =
        values.iter().filter_map(|line| line.cells.get(column)).filter(|cell| !cell.is_empty()).collect();
    let mostly =
        |is: fn(&str) -> bool| !cells.is_empty() && cells.iter().filter(|cell| is(cell)).count() * 2 > cells.len();
    if mostly(customers::api::is_phone) {
        Some(ImportField::Phone)
    } else if mostly(customers::api::is_email) {
        Some(ImportField::Email)
    } else {
        None
    }
}

/// What most likely tells lines apart.
pub(crate) fn key(columns: &[Option<ImportField>]) -> ListKey {
    let phone = columns.contains(&Some(ImportField::Phone));
    if phone || !columns.contains(&Some(ImportField::Email)) {
        ListKey::Phone
    } else {
        ListKey::Email
    }
}

/// What headings are remembered by; none when there are none.
pub(crate) fn headings(header_line: i64, lines: &[Line]) -> Option<String> {
    let line = lines.iter().find(|line| header_line > 0 && line.number == header_line)?;
    let digest = Sha256::digest(line.cells.join("\u{1f}").to_lowercase());
    Some(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rows: &[&[&str]]) -> Vec<Line> {
        let line = |(at, cells): (usize, &&[&str])| Line {
            number: at as i64 + 1,
            cells: cells.iter().map(|cell| (*cell).to_owned()).collect(),
        };
        rows.iter().enumerate().map(line).collect()
    }

    #[test]
    fn headings_below_a_title_are_found_and_say_what_the_columns_are() {
        let rows = lines(&[
            &["2026 年客户名单"],
            &["序号", "客户姓名", "联系电话", "电子邮箱", "客户经理", "备注"],
            &["1", "王小明", "13812345678", "wang@example.com", "沈青", "老客户"],
        ]);
        let head = header_line(ImportFormat::Text, &rows);
        assert_eq!(head, 2);
        use ImportField::{Email, Name, Note, Owner, Phone};
        let expected = [None, Some(Name), Some(Phone), Some(Email), Some(Owner), Some(Note)];
        assert_eq!(guess(ImportFormat::Text, head, &rows), expected);
    }

    #[test]
    fn without_headings_numbers_and_addresses_tell_themselves() {
        let rows = lines(&[&["王小明", "138 1234 5678", "wang@example.com"], &["李红", "13912345678", ""]]);
        let head = header_line(ImportFormat::Text, &rows);
        assert_eq!(head, 0);
        assert_eq!(guess(ImportFormat::Text, head, &rows), [None, Some(ImportField::Phone), Some(ImportField::Email)]);
        assert!(headings(head, &rows).is_none());
    }

    #[test]
    fn of_two_phone_columns_one_is_the_phone() {
        let rows = lines(&[&["姓名", "手机", "电话"], &["王", "13812345678", "021-58888888"]]);
        let guessed = guess(ImportFormat::Text, 1, &rows);
        assert_eq!(guessed, [Some(ImportField::Name), Some(ImportField::Phone), None]);
        assert_eq!(key(&guessed), ListKey::Phone);
    }
}
