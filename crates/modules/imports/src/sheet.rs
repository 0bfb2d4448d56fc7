//! A file as lines of cells, whatever it is: text, a workbook, cards.
//!
//! Everything here is hostile: what a line, a cell and a file may hold is bounded, and a file is never unpacked
//! before it is known how large it would become.

mod cards;
mod text;
mod workbook;

use std::ops::ControlFlow;

use serde::{Deserialize, Serialize};
use store::text_enum;
use utoipa::ToSchema;

/// Lines of one file at most.
pub(crate) const MOST_LINES: i64 = 200_000;
/// Columns that are looked at.
pub(crate) const MOST_COLUMNS: usize = 100;
/// Characters of a cell that are kept: more than any field takes, so that what is too long is still refused.
const LONGEST_CELL: usize = 4_000;

text_enum! {
    /// What a file turned out to be.
    pub enum ImportFormat {
        /// Text with a sign between the cells.
        Text = "text",
        /// An Excel workbook.
        Workbook = "workbook",
        /// Address cards.
        Cards = "cards",
    }
}

/// How a file is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ImportReading)]
pub struct Reading {
    /// A text's encoding: `utf-8`, `gb18030`, `big5`, `utf-16le`, `utf-16be`; found out when there is none.
    #[serde(default)]
    pub encoding: Option<String>,
    /// The sign between a text's cells: one of `,` `;` `|` and the tabulator; found out when there is none.
    #[serde(default)]
    pub delimiter: Option<String>,
    /// Which sheet of a workbook; the first when there is none.
    #[serde(default)]
    pub sheet: Option<String>,
}

/// A line of a file, counted as a spreadsheet counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Line {
    pub number: i64,
    pub cells: Vec<String>,
}

/// Why a file cannot be read: a code of field `file`, or of the part of the reading it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unreadable(pub &'static str, pub &'static str);

/// Who is handed the lines, one after the other, and may say that it is enough.
pub(crate) type Each<'e> = &'e mut dyn FnMut(Line) -> ControlFlow<()>;

/// What these bytes are, by what they say, and the names of a workbook's sheets.
pub(crate) fn look(bytes: &[u8]) -> Result<(ImportFormat, Vec<String>), Unreadable> {
    if bytes.starts_with(b"PK\x03\x04") {
        return Ok((ImportFormat::Workbook, workbook::sheets(bytes)?));
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0]) {
        return Err(Unreadable("file", "old_workbook"));
    }
    let start = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    let cards = start.get(..11).is_some_and(|start| start.eq_ignore_ascii_case(b"BEGIN:VCARD"));
    Ok((if cards { ImportFormat::Cards } else { ImportFormat::Text }, Vec::new()))
}

/// Hands every line that is not empty to `each`.
pub(crate) fn read(bytes: &[u8], format: ImportFormat, how: &Reading, each: Each<'_>) -> Result<(), Unreadable> {
    let mut count = 0;
    let mut too_many = false;
    let mut bounded = |mut line: Line| {
        line.cells.truncate(MOST_COLUMNS);
        for cell in &mut line.cells {
            *cell = tidy(cell);
        }
        while line.cells.last().is_some_and(String::is_empty) {
            line.cells.pop();
        }
        if line.cells.is_empty() {
            return ControlFlow::Continue(());
        }
        count += 1;
        if count > MOST_LINES {
            too_many = true;
            return ControlFlow::Break(());
        }
        each(line)
    };
    match format {
        ImportFormat::Text => text::read(bytes, how, &mut bounded)?,
        ImportFormat::Workbook => workbook::read(bytes, how, &mut bounded)?,
        ImportFormat::Cards => cards::read(bytes, how, &mut bounded)?,
    }
    if too_many { Err(Unreadable("file", "too_many_lines")) } else { Ok(()) }
}

/// A cell without what surrounds it, and no longer than anything takes. An apostrophe that keeps a spreadsheet from
/// taking it for a formula is not part of it.
fn tidy(cell: &str) -> String {
    let formula = |rest: &&str| rest.starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']);
    let cell = cell.trim_start().strip_prefix('\'').filter(formula).unwrap_or(cell);
    let cell = cell.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    cell.chars().filter(|c| *c != '\0').take(LONGEST_CELL).collect()
}

#[cfg(test)]
mod tests;
