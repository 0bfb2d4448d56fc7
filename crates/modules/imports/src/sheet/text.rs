//! Text with a sign between the cells.

use std::ops::ControlFlow;

use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{Each, Line, MOST_COLUMNS, Reading, Unreadable};

/// The signs that stand between cells.
const SIGNS: [u8; 4] = [b',', b'\t', b';', b'|'];
/// Lines by which the sign is found out.
const LOOKED_AT: usize = 20;

pub(super) fn read(bytes: &[u8], how: &Reading, each: Each<'_>) -> Result<(), Unreadable> {
    let text = decode(bytes, how.encoding.as_deref())?;
    let sign = match how.delimiter.as_deref() {
        None => found(&text),
        Some(given) => {
            *SIGNS.iter().find(|sign| given.as_bytes() == [**sign]).ok_or(Unreadable("delimiter", "unknown"))?
        }
    };
    let mut reader =
        csv::ReaderBuilder::new().delimiter(sign).has_headers(false).flexible(true).from_reader(text.as_bytes());
    let mut record = csv::StringRecord::new();
    let mut number = 0;
    while reader.read_record(&mut record).map_err(|_| Unreadable("file", "unreadable"))? {
        // A spreadsheet counts rows, empty ones too, and not the lines within a cell.
        let start = record.position().map_or(0, |at| at.byte() as usize);
        let blank = text.as_bytes()[start..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n'));
        number += 1 + blank.filter(|byte| **byte == b'\n').count() as i64;
        let cells = record.iter().take(MOST_COLUMNS).map(str::to_owned).collect();
        if each(Line { number, cells }) == ControlFlow::Break(()) {
            break;
        }
    }
    Ok(())
}

/// The text in these bytes; in the encoding they are most likely in unless it is given.
pub(super) fn decode(bytes: &[u8], encoding: Option<&str>) -> Result<String, Unreadable> {
    let strictly = |encoding: &'static Encoding| {
        let (text, _, broken) = encoding.decode(bytes);
        (!broken).then(|| text.into_owned())
    };
    let wrong = Unreadable("encoding", "does_not_fit");
    match encoding {
        Some(name) => {
            let known = [
                ("utf-8", UTF_8),
                ("gb18030", GB18030),
                ("big5", BIG5),
                ("utf-16le", UTF_16LE),
                ("utf-16be", UTF_16BE),
            ];
            let (_, encoding) =
                known.iter().find(|(known, _)| *known == name).ok_or(Unreadable("encoding", "unknown"))?;
            strictly(encoding).ok_or(wrong)
        }
        // A mark of order decides by itself: `decode` heeds it.
        None => strictly(UTF_8).or_else(|| strictly(GB18030)).or_else(|| strictly(BIG5)).ok_or(wrong),
    }
}

/// The sign that stands in each of the first lines most often, the least often it does.
fn found(text: &str) -> u8 {
    let lines: Vec<_> = text.lines().filter(|line| !line.trim().is_empty()).take(LOOKED_AT).collect();
    let least = |sign: u8| lines.iter().map(|line| outside_quotes(line, sign)).min().unwrap_or(0);
    let most = |sign: u8| lines.iter().map(|line| outside_quotes(line, sign)).max().unwrap_or(0);
    // Titles above the table have no sign: then whichever some line has.
    SIGNS.into_iter().rev().max_by_key(|sign| (least(*sign), most(*sign))).unwrap_or(b',')
}

fn outside_quotes(line: &str, sign: u8) -> usize {
    let mut quoted = false;
    line.bytes()
        .filter(|byte| {
            quoted ^= *byte == b'"';
            *byte == sign && !quoted
        })
        .count()
}
