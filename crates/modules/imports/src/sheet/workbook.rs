//! An Excel workbook, read cell by cell: a sheet's far corner costs nothing.

use std::{
    collections::HashMap,
    io::{self, Cursor, Read},
    ops::ControlFlow,
};

use calamine::{DataRef, Reader as _, Xlsx, XlsxError};
use zip::ZipArchive;

use super::{Each, Line, MOST_COLUMNS, Reading, Unreadable};

/// Bytes all parts of a workbook may unpack to.
const LARGEST: u64 = 200 * 1024 * 1024;
/// Parts of a workbook.
const MOST_PARTS: usize = 2_000;
/// Merged cells that are heeded.
const MOST_MERGED: usize = 20_000;

const BROKEN: Unreadable = Unreadable("file", "unreadable");

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

pub(super) fn sheets(bytes: &[u8]) -> Result<Vec<String>, Unreadable> {
    Ok(open(bytes)?.sheet_names())
}

fn open(bytes: &[u8]) -> Result<Workbook<'_>, Unreadable> {
    measure(bytes)?;
    Xlsx::new(Cursor::new(bytes)).map_err(|error| match error {
        XlsxError::Password => Unreadable("file", "encrypted"),
        _ => BROKEN,
    })
}

/// Refuses what would unpack to more than fits: what a part says of its own size is not believed.
fn measure(bytes: &[u8]) -> Result<(), Unreadable> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| BROKEN)?;
    if archive.len() > MOST_PARTS {
        return Err(Unreadable("file", "too_large"));
    }
    let mut left = LARGEST;
    for at in 0..archive.len() {
        let part = archive.by_index(at).map_err(|_| BROKEN)?;
        let size = io::copy(&mut part.take(left + 1), &mut io::sink()).map_err(|_| BROKEN)?;
        left = left.checked_sub(size).ok_or(Unreadable("file", "too_large"))?;
    }
    Ok(())
}

pub(super) fn read(bytes: &[u8], how: &Reading, each: Each<'_>) -> Result<(), Unreadable> {
    let mut workbook = open(bytes)?;
    let names = workbook.sheet_names();
    let name = match &how.sheet {
        Some(name) => names.iter().find(|known| *known == name).ok_or(Unreadable("sheet", "unknown"))?,
        None => names.first().ok_or(Unreadable("file", "empty_file"))?,
    };
    let mut merged = Merged::of(&mut workbook, name)?;
    let mut cells = workbook.worksheet_cells_reader(name).map_err(|_| BROKEN)?;
    let mut line = Line { number: 0, cells: Vec::new() };
    while let Some(cell) = cells.next_cell().map_err(|_| BROKEN)? {
        let (row, column) = cell.get_position();
        let (number, column) = (i64::from(row) + 1, column as usize);
        if column >= MOST_COLUMNS {
            continue;
        }
        if number != line.number {
            let full = std::mem::replace(&mut line, Line { number, cells: Vec::new() });
            if full.number > 0 && each(merged.fill(full)) == ControlFlow::Break(()) {
                return Ok(());
            }
        }
        if line.cells.len() <= column {
            line.cells.resize(column + 1, String::new());
        }
        line.cells[column] = words(cell.get_value());
    }
    if line.number > 0 {
        let _ = each(merged.fill(line));
    }
    Ok(())
}

/// A cell as somebody would read it aloud: a number without exponent, a day as a day.
fn words(value: &DataRef<'_>) -> String {
    match value {
        DataRef::Int(number) => number.to_string(),
        // A phone number is a number to a spreadsheet.
        DataRef::Float(number) if number.fract() == 0.0 && number.abs() < 1e15 => format!("{number:.0}"),
        DataRef::Float(number) => number.to_string(),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(yes) => yes.to_string(),
        DataRef::DateTime(moment) => {
            let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
            format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}")
        }
        DataRef::Error(_) | DataRef::Empty => String::new(),
    }
}

/// Cells merged over several lines: what stands in the first line stands in all of them.
struct Merged {
    /// By column and first line: the last line.
    regions: HashMap<(usize, i64), i64>,
    /// By column: up to which line what holds.
    running: HashMap<usize, (i64, String)>,
}

impl Merged {
    fn of(workbook: &mut Workbook<'_>, sheet: &str) -> Result<Self, Unreadable> {
        let found = workbook.merge_cells_by_sheet_name(sheet).map_err(|_| BROKEN)?;
        let regions = found
            .into_iter()
            .take(MOST_MERGED)
            .filter(|region| region.end.0 > region.start.0)
            .map(|region| ((region.start.1 as usize, i64::from(region.start.0) + 1), i64::from(region.end.0) + 1))
            .collect();
        Ok(Self { regions, running: HashMap::new() })
    }

    fn fill(&mut self, mut line: Line) -> Line {
        self.running.retain(|_, (last, _)| *last >= line.number);
        for (column, (_, text)) in &self.running {
            if line.cells.len() <= *column {
                line.cells.resize(column + 1, String::new());
            }
            if line.cells[*column].is_empty() {
                line.cells[*column].clone_from(text);
            }
        }
        for (column, text) in line.cells.iter().enumerate() {
            if let Some(last) = self.regions.get(&(column, line.number)) {
                self.running.insert(column, (*last, text.clone()));
            }
        }
        line
    }
}
