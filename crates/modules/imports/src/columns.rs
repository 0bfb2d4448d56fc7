//! What the columns of a list are: by their headings, by what stands in them, by what they were last time.

use customers::ListKey;
use profiles::CustomerField;
use sha2::{Digest, Sha256};

use crate::{
    model::ImportField,
    sheet::{ImportFormat, Line},
    target::{CUSTOMERS, Target, TargetField},
};

/// Lines that are looked at.
pub(crate) const LOOKED_AT: usize = 30;
/// Lines among which the headings are: titles stand above them.
const HEADED: usize = 8;

/// What fields are called, folded; the first that a heading holds decides.
const NAMES: &[TargetField] = &[
    TargetField {
        name: "as_of",
        words: &["更新时间", "更新日期", "修改时间", "更新時間", "updated", "as of", "modified"],
    },
    TargetField {
        name: "owner",
        words: &["负责人", "客户经理", "跟进人", "所属", "負責人", "客戶經理", "owner", "account manager"],
    },
    TargetField { name: "stage", words: &["阶段", "客户状态", "階段", "stage", "lifecycle"] },
    TargetField {
        name: "email",
        words: &["邮箱", "邮件", "电邮", "郵箱", "電郵", "電子郵件", "email", "e-mail", "mail"],
    },
    TargetField {
        name: "phone",
        words: &["手机", "电话", "联系方式", "手機", "電話", "聯絡方式", "phone", "mobile", "tel", "cell"],
    },
    TargetField {
        name: "name",
        words: &["姓名", "客户名", "名称", "联系人", "客戶名", "名稱", "聯絡人", "称呼", "name", "fn"],
    },
    TargetField {
        name: "note", words: &["备注", "说明", "描述", "備註", "說明", "note", "remark", "memo", "comment"]
    },
];

/// What columns of this target may be; none: of customers.
pub(crate) fn fields(target: Option<&Target>) -> &'static [TargetField] {
    target.map_or(NAMES, |target| target.fields)
}

fn named(heading: &str, fields: &[TargetField]) -> Option<&'static str> {
    let heading = heading.to_lowercase();
    // A heading is a word or two; a sentence that mentions a phone is none.
    let short = heading.chars().count() <= 20;
    let called = |field: &&TargetField| short && field.words.iter().any(|word| heading.contains(word));
    fields.iter().find(called).map(|field| field.name)
}

fn is_value(cell: &str) -> bool {
    customers::api::is_phone(cell) || customers::api::is_email(cell)
}

/// The line of the headings among the first ones; 0 when there is none.
pub(crate) fn header_line(format: ImportFormat, lines: &[Line], target: Option<&Target>) -> i64 {
    if format == ImportFormat::Cards {
        return 0;
    }
    let headings = |line: &&Line| {
        !line.cells.iter().any(|cell| is_value(cell))
            && line.cells.iter().filter(|cell| named(cell, fields(target)).is_some()).count() >= 1
            && line.cells.iter().filter(|cell| !cell.is_empty()).count() >= 2
    };
    lines.iter().take(HEADED).find(headings).map_or(0, |line| line.number)
}

/// What the columns most likely are, each field once. A heading that is what a field of the department's own, `own`, is
/// called means that one.
pub(crate) fn guess(
    format: ImportFormat,
    header_line: i64,
    lines: &[Line],
    target: Option<&Target>,
    own: &[CustomerField],
) -> Vec<Option<ImportField>> {
    if format == ImportFormat::Cards {
        let card = [Some("name"), Some("phone"), Some("email"), Some("note"), None];
        return card.map(|field| field.map(|field| ImportField(field.into()))).into();
    }
    let width = lines.iter().map(|line| line.cells.len()).max().unwrap_or(0);
    let headings = lines.iter().find(|line| line.number == header_line);
    let values: Vec<_> = lines.iter().filter(|line| line.number > header_line).collect();
    let (mut taken, mut own) = (Vec::new(), own.iter().collect::<Vec<_>>());
    let fields = fields(target);
    let mut once = |field: Option<&'static str>| {
        let is_one = |field: &&str| fields.iter().any(|one| one.name == *field);
        let field = field.filter(|field| is_one(field) && !taken.contains(field))?;
        taken.push(field);
        Some(ImportField(field.into()))
    };
    (0..width)
        .map(|column| {
            let heading = headings.and_then(|line| line.cells.get(column)).map_or("", String::as_str);
            let called = |field: &&CustomerField| store::fold(&field.name) == store::fold(heading.trim());
            match own.iter().position(called) {
                Some(at) => Some(ImportField(own.remove(at).id.to_string())),
                None => once(named(heading, fields).or_else(|| seen(&values, column))),
            }
        })
        .collect()
}

/// What a column is by what stands in it: numbers and addresses tell themselves.
fn seen(values: &[&Line], column: usize) -> Option<&'static str> {
    let cells: Vec<_> =
        values.iter().filter_map(|line| line.cells.get(column)).filter(|cell| !cell.is_empty()).collect();
    let mostly =
        |is: fn(&str) -> bool| !cells.is_empty() && cells.iter().filter(|cell| is(cell)).count() * 2 > cells.len();
    if mostly(customers::api::is_phone) {
        Some("phone")
    } else if mostly(customers::api::is_email) {
        Some("email")
    } else {
        None
    }
}

/// What most likely tells lines apart.
pub(crate) fn key(columns: &[Option<ImportField>]) -> ListKey {
    let has = |name: &str| columns.iter().flatten().any(|field| field.text() == name);
    if has("phone") || !has("email") { ListKey::Phone } else { ListKey::Email }
}

/// What headings are remembered by; none when there are none.
pub(crate) fn headings(header_line: i64, lines: &[Line], target: &str) -> Option<String> {
    let line = lines.iter().find(|line| header_line > 0 && line.number == header_line)?;
    // The same headings may be of another thing; those of customers were remembered before there was any.
    let of = if target == CUSTOMERS { String::new() } else { format!("{target}\u{1e}") };
    let digest = Sha256::digest(format!("{of}{}", line.cells.join("\u{1f}").to_lowercase()));
    Some(kernel::hex(digest))
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

    fn words(columns: &[Option<ImportField>]) -> Vec<Option<&str>> {
        columns.iter().map(|field| field.as_ref().map(ImportField::text)).collect()
    }

    #[test]
    fn headings_below_a_title_are_found_and_say_what_the_columns_are() {
        let rows = lines(&[
            &["2026 年客户名单"],
            &["序号", "客户姓名", "联系电话", "电子邮箱", "客户经理", "备注"],
            &["1", "王小明", "13812345678", "wang@example.com", "沈青", "老客户"],
        ]);
        let head = header_line(ImportFormat::Text, &rows, None);
        assert_eq!(head, 2);
        let expected = [None, Some("name"), Some("phone"), Some("email"), Some("owner"), Some("note")];
        assert_eq!(words(&guess(ImportFormat::Text, head, &rows, None, &[])), expected);
    }

    #[test]
    fn without_headings_numbers_and_addresses_tell_themselves() {
        let rows = lines(&[&["王小明", "138 1234 5678", "wang@example.com"], &["李红", "13912345678", ""]]);
        let head = header_line(ImportFormat::Text, &rows, None);
        assert_eq!(head, 0);
        assert_eq!(words(&guess(ImportFormat::Text, head, &rows, None, &[])), [None, Some("phone"), Some("email")]);
        assert!(headings(head, &rows, CUSTOMERS).is_none());
    }

    #[test]
    fn of_two_phone_columns_one_is_the_phone() {
        let rows = lines(&[&["姓名", "手机", "电话"], &["王", "13812345678", "021-58888888"]]);
        let guessed = guess(ImportFormat::Text, 1, &rows, None, &[]);
        assert_eq!(words(&guessed), [Some("name"), Some("phone"), None]);
        assert_eq!(key(&guessed), ListKey::Phone);
    }
}
