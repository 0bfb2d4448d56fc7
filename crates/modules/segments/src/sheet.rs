//! Files a spreadsheet opens, written row by row and handed on piece by piece: CSV, and Excel workbooks.

use std::{
    io::{self, Write},
    sync::{Arc, Mutex, PoisonError},
};

use kernel::{Error, Result};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions, write::StreamWriter};

use crate::export::ExportFormat;

/// Rows of an Excel sheet, the headings counted.
pub(crate) const MOST_ROWS: i64 = 1_048_576;

/// A cell.
pub(crate) enum Cell {
    Text(String),
    /// A number, as it is written: `12.50`.
    Number(String),
}

/// A file that is being written.
pub(crate) enum Sheet {
    Text { gbk: bool, out: Vec<u8> },
    Workbook { zip: Box<ZipWriter<StreamWriter<Sink>>>, sink: Sink, row: i64 },
}

/// What has been written and not been handed on.
#[derive(Clone, Default)]
pub(crate) struct Sink(Arc<Mutex<Vec<u8>>>);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"#;
const RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#;
const WORKBOOK: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="customers" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const WORKBOOK_RELS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;
const SHEET: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>"#;
const SHEET_END: &str = "</sheetData></worksheet>";

impl Sheet {
    /// # Errors
    /// [`Error::Internal`] when nothing can be written.
    pub(crate) fn begin(format: ExportFormat) -> Result<Self> {
        Ok(match format {
            ExportFormat::Csv => Self::Text { gbk: false, out: http::csv::BEGIN.as_bytes().to_vec() },
            ExportFormat::CsvGbk => Self::Text { gbk: true, out: Vec::new() },
            ExportFormat::Xlsx => {
                let sink = Sink::default();
                let mut zip = Box::new(ZipWriter::new_stream(sink.clone()));
                let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
                for (name, text) in [
                    ("[Content_Types].xml", TYPES),
                    ("_rels/.rels", RELS),
                    ("xl/workbook.xml", WORKBOOK),
                    ("xl/_rels/workbook.xml.rels", WORKBOOK_RELS),
                    ("xl/worksheets/sheet1.xml", SHEET),
                ] {
                    zip.start_file(name, options.large_file(name.ends_with("sheet1.xml"))).map_err(Error::internal)?;
                    zip.write_all(text.as_bytes()).map_err(Error::internal)?;
                }
                Self::Workbook { zip, sink, row: 0 }
            }
        })
    }

    /// # Errors
    /// [`Error::Internal`] when nothing can be written.
    pub(crate) fn row(&mut self, cells: &[Cell]) -> Result<()> {
        match self {
            Self::Text { gbk, out } => {
                let mut line = String::new();
                http::csv::line(
                    &mut line,
                    cells.iter().map(|cell| match cell {
                        Cell::Text(text) | Cell::Number(text) => text.as_str(),
                    }),
                );
                if *gbk {
                    out.extend(in_gbk(&line));
                } else {
                    out.extend(line.as_bytes());
                }
                Ok(())
            }
            Self::Workbook { zip, row, .. } => {
                *row += 1;
                let mut line = format!("<row r=\"{row}\">");
                for cell in cells {
                    // A text in the cell itself is a text whatever it begins with: no program takes it for a formula.
                    line.push_str(&match cell {
                        Cell::Text(text) => {
                            format!("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is></c>", escaped(text))
                        }
                        Cell::Number(number) => format!("<c><v>{}</v></c>", escaped(number)),
                    });
                }
                line.push_str("</row>");
                zip.write_all(line.as_bytes()).map_err(Error::internal)
            }
        }
    }

    /// What has been written since it was asked last.
    pub(crate) fn take(&mut self) -> Vec<u8> {
        match self {
            Self::Text { out, .. } => std::mem::take(out),
            Self::Workbook { sink, .. } => std::mem::take(&mut *sink.0.lock().unwrap_or_else(PoisonError::into_inner)),
        }
    }

    /// Bytes that wait to be taken.
    pub(crate) fn waiting(&self) -> usize {
        match self {
            Self::Text { out, .. } => out.len(),
            Self::Workbook { sink, .. } => sink.0.lock().unwrap_or_else(PoisonError::into_inner).len(),
        }
    }

    /// The rest of it.
    ///
    /// # Errors
    /// [`Error::Internal`] when nothing can be written.
    pub(crate) fn end(mut self) -> Result<Vec<u8>> {
        if let Self::Workbook { mut zip, sink, .. } = self {
            zip.write_all(SHEET_END.as_bytes()).map_err(Error::internal)?;
            zip.finish().map_err(Error::internal)?;
            return Ok(std::mem::take(&mut *sink.0.lock().unwrap_or_else(PoisonError::into_inner)));
        }
        Ok(self.take())
    }
}

/// In GBK; a character it does not have is a question mark.
fn in_gbk(text: &str) -> Vec<u8> {
    let (whole, _, broken) = encoding_rs::GBK.encode(text);
    if !broken {
        return whole.into_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    for character in text.chars() {
        let mut buffer = [0; 4];
        let (one, _, broken) = encoding_rs::GBK.encode(character.encode_utf8(&mut buffer));
        if broken { bytes.push(b'?') } else { bytes.extend(one.iter()) }
    }
    bytes
}

/// As it stands in XML; what XML cannot hold is left out.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\t' | '\n' | '\r' => out.push(character),
            '\0'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => {}
            _ => out.push(character),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn whole(format: ExportFormat, rows: &[&[Cell]]) -> Vec<u8> {
        let mut sheet = Sheet::begin(format).unwrap();
        let mut bytes = Vec::new();
        for row in rows {
            sheet.row(row).unwrap();
            bytes.extend(sheet.take());
        }
        bytes.extend(sheet.end().unwrap());
        bytes
    }

    #[test]
    fn no_cell_is_a_formula_in_any_format() {
        let rows: &[&[Cell]] =
            &[&[Cell::Text("=cmd|' /C calc'!A0".into()), Cell::Text("@SUM(1)".into()), Cell::Number("12.50".into())]];
        let csv = String::from_utf8(whole(ExportFormat::Csv, rows)).unwrap();
        assert_eq!(csv, "\u{feff}\"'=cmd|' /C calc'!A0\",\"'@SUM(1)\",\"12.50\"\r\n");
        let book = whole(ExportFormat::Xlsx, rows);
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(book)).unwrap();
        let mut sheet = String::new();
        io::Read::read_to_string(&mut zip.by_name("xl/worksheets/sheet1.xml").unwrap(), &mut sheet).unwrap();
        assert!(
            !sheet.contains("<f>")
                && sheet.contains("<c t=\"inlineStr\"><is><t xml:space=\"preserve\">=cmd|' /C calc'!A0</t></is></c>")
        );
        assert!(sheet.contains("<c><v>12.50</v></c>") && sheet.ends_with(SHEET_END));
    }

    #[test]
    fn gbk_has_what_it_has_and_says_so_of_the_rest() {
        let bytes = whole(ExportFormat::CsvGbk, &[&[Cell::Text("王😀".into())]]);
        assert_eq!(encoding_rs::GBK.decode(&bytes).0, "\"王?\"\r\n");
        assert_eq!(escaped("a<b&\u{1}c"), "a&lt;b&amp;c");
    }
}
