//! A document as a workbook: cells have types, and none of them is a formula.

use kernel::{Error, Money, Result};
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Image, Workbook, Worksheet, XlsxError,
};

use crate::model::{Document, Grid, Look, Part, Placed, Value};

/// How many characters of a sheet go on a page, upright and lying.
const ACROSS: (f32, f32) = (92.0, 132.0);
const LINE: f32 = 15.0;
/// The most a row may be high.
const HIGHEST: f32 = 400.0;

/// Writes a document as a workbook of one sheet.
///
/// # Errors
/// [`Error::Internal`] when it cannot be written.
pub(crate) fn xlsx(document: &Document) -> Result<Vec<u8>> {
    write(document).map_err(Error::internal)
}

fn write(document: &Document) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let made = ExcelDateTime::from_timestamp(document.at.millis().div_euclid(1_000))?;
    book.set_properties(&DocProperties::new().set_title(&document.title).set_creation_datetime(&made));
    let sheet = book.add_worksheet();
    let mut name: String = document.title.chars().filter(|c| !"[]:*?/\\'".contains(*c)).take(31).collect();
    if name.trim().is_empty() {
        name = "1".into();
    }
    sheet.set_name(name)?.set_paper_size(9).set_print_fit_to_pages(1, 0);
    if document.landscape {
        sheet.set_landscape();
    }
    let foot = document.foot.replace('&', "&&");
    let count = document.pages.replace("{pages}", "&N").replace("{page}", "&P");
    sheet.set_footer(format!("&L{foot}&R{count}"));
    let grids = document.parts.iter().filter_map(|part| if let Part::Grid(grid) = part { Some(grid) } else { None });
    let mut widths: Vec<f32> = Vec::new();
    for grid in grids {
        let sum: f32 = grid.columns.iter().sum::<f32>().max(f32::EPSILON);
        let across = if document.landscape { ACROSS.1 } else { ACROSS.0 };
        for (at, column) in grid.columns.iter().enumerate() {
            let wide = (column / sum * across).clamp(4.0, 120.0);
            match widths.get_mut(at) {
                Some(width) => *width = width.max(wide),
                None => widths.push(wide),
            }
        }
    }
    if widths.is_empty() {
        widths.push(ACROSS.0);
    }
    for (at, width) in (0..).zip(&widths) {
        sheet.set_column_width(at, *width)?;
    }
    let mut page = Sheet { sheet, widths, row: 0 };
    page.line(&document.title, &Format::new().set_bold().set_font_size(16).set_align(FormatAlign::Center))?;
    let about = [&document.house.0, &document.house.1, document.number.as_ref().unwrap_or(&document.house.1)];
    let mut about: Vec<&str> = about.map(String::as_str).into_iter().filter(|text| !text.is_empty()).collect();
    about.dedup();
    page.line(&about.join("  "), &Format::new())?;
    for part in &document.parts {
        match part {
            Part::Heading(text) => page.line(text, &Format::new().set_bold().set_font_size(12))?,
            Part::Words(text) => {
                for line in text.lines() {
                    page.line(line, &Format::new().set_text_wrap().set_align(FormatAlign::Top))?;
                }
            }
            Part::Grid(grid) => page.grid(grid)?,
        }
    }
    page.row += 1;
    page.line(&document.foot, &Format::new())?;
    book.save_to_buffer()
}

struct Sheet<'a> {
    sheet: &'a mut Worksheet,
    widths: Vec<f32>,
    row: u32,
}

/// The number of a column; there are never many.
fn column(at: usize) -> u16 {
    u16::try_from(at).unwrap_or(u16::MAX)
}

/// What would be taken for a formula if it were typed is marked as text (OWASP, CSV injection).
fn guarded(text: &str, format: Format) -> Format {
    let formula =
        text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠']) || text.starts_with(['\t', '\r']);
    if formula { format.set_quote_prefix() } else { format }
}

/// At most what a cell of a workbook holds, without what XML cannot say.
fn tamed(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).take(16_000).collect()
}

fn lines(text: &str, width: f32) -> f32 {
    let wide = |line: &str| line.chars().map(|c| if c.is_ascii() { 1.0 } else { 2.0 }).sum::<f32>();
    text.lines().map(|line| (wide(line) / width.max(1.0)).ceil().max(1.0)).sum::<f32>().max(1.0)
}

impl Sheet<'_> {
    /// A line over all columns.
    fn line(&mut self, text: &str, format: &Format) -> Result<(), XlsxError> {
        let text = tamed(text);
        let format = guarded(&text, format.clone());
        if self.widths.len() > 1 {
            self.sheet.merge_range(self.row, 0, self.row, column(self.widths.len() - 1), "", &format)?;
        }
        self.sheet.write_string_with_format(self.row, 0, &text, &format)?;
        let high = lines(&text, self.widths.iter().sum()) * LINE + 6.0;
        self.sheet.set_row_height(self.row, high.min(HIGHEST))?;
        self.row += 1;
        Ok(())
    }

    fn grid(&mut self, grid: &Grid) -> Result<(), XlsxError> {
        let mut heights: Vec<f32> = grid.rows.iter().map(|row| (row.least * 72.0 / 25.4).max(LINE + 4.0)).collect();
        let begun = self.row;
        let placed = grid.placed();
        for one in &placed {
            self.cell(begun, one)?;
            if one.rows == 1 {
                let width: f32 = self.widths[one.column..one.column + one.columns].iter().sum();
                let below = if one.cell.below.is_some() { LINE } else { 0.0 };
                let picture = if one.cell.picture.is_some() { 48.0 } else { 0.0 };
                let high = lines(&one.cell.value.words(), width - 1.0) * LINE + below + picture + 4.0;
                heights[one.row] = heights[one.row].max(high);
            }
        }
        for (row, high) in (begun..).zip(&heights) {
            self.sheet.set_row_height(row, high.min(HIGHEST))?;
        }
        self.row = begun + u32::try_from(grid.rows.len()).unwrap_or(0);
        if grid.heads > 0 && grid.rows.len() > grid.heads {
            self.sheet.set_repeat_rows(begun, begun + u32::try_from(grid.heads - 1).unwrap_or(0))?;
        }
        Ok(())
    }

    fn cell(&mut self, begun: u32, one: &Placed<'_>) -> Result<(), XlsxError> {
        let (row, at) = (begun + u32::try_from(one.row).unwrap_or(0), column(one.column));
        let to = (row + u32::try_from(one.rows - 1).unwrap_or(0), at + column(one.columns - 1));
        let format = look(one.cell.look, &one.cell.value);
        let text = match &one.cell.value {
            Value::Text(text) => Some(text.clone()),
            Value::Share(None) => Some(one.cell.value.words()),
            _ => None,
        };
        let text = text.map(|text| match (&one.cell.below, text.is_empty()) {
            (Some(below), true) => tamed(below),
            (Some(below), false) => tamed(&format!("{text}\n{below}")),
            (None, _) => tamed(&text),
        });
        let format = guarded(text.as_deref().unwrap_or_default(), format);
        if (row, at) != to {
            self.sheet.merge_range(row, at, to.0, to.1, "", &format)?;
        }
        match (&one.cell.value, text) {
            (_, Some(text)) => self.sheet.write_string_with_format(row, at, text, &format)?,
            (Value::Count(count), _) => self.sheet.write_number_with_format(row, at, *count as f64, &format)?,
            (Value::Amount(Money(minor)), _) => {
                self.sheet.write_number_with_format(row, at, *minor as f64 / 100.0, &format)?
            }
            (Value::Decimal(number) | Value::Share(Some(number)), _) => {
                self.sheet.write_number_with_format(row, at, *number, &format)?
            }
            _ => self.sheet,
        };
        if let Some(png) = one.cell.picture.as_ref().and_then(crate::Picture::png) {
            let image = Image::new_from_buffer(&png)?.set_scale_to_size(180.0, 56.0, true);
            self.sheet.insert_image_with_offset(row, at, &image, 6, 22)?;
        }
        Ok(())
    }
}

fn look(look: Look, value: &Value) -> Format {
    let format = Format::new().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let format = match value {
        Value::Text(_) => format,
        Value::Count(_) => format.set_num_format("#,##0"),
        Value::Amount(_) => format.set_num_format("#,##0.00"),
        Value::Decimal(_) => format.set_num_format("0.0"),
        Value::Share(_) => format.set_num_format("0.0%").set_align(FormatAlign::Right),
    };
    match look {
        Look::Plain => format,
        Look::Label | Look::Head => format.set_background_color(0xf2_f2f0).set_align(FormatAlign::Center),
        Look::Section => format.set_bold().set_align(FormatAlign::Center),
        Look::Total => format.set_bold().set_background_color(0xf2_f2f0),
    }
}
