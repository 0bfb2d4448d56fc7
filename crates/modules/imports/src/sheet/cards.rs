//! Address cards (vCard 2.1 to 4.0, RFC 6350): of each the name, the numbers, the addresses, the note.

use std::ops::ControlFlow;

use encoding_rs::Encoding;

use super::{Each, Line, Reading, Unreadable, text::decode};

/// What the columns of a card are called.
pub(crate) const COLUMNS: [&str; 5] = ["FN", "TEL", "EMAIL", "NOTE", "ORG"];

pub(super) fn read(bytes: &[u8], how: &Reading, each: Each<'_>) -> Result<(), Unreadable> {
    let text = decode(bytes, how.encoding.as_deref())?;
    let mut card: Option<Vec<String>> = None;
    let mut number = 0;
    for property in unfolded(&text).iter().filter_map(|line| Property::of(line)) {
        match property.name.as_str() {
            "BEGIN" => card = Some(vec![String::new(); COLUMNS.len()]),
            "END" => {
                let Some(cells) = card.take() else { continue };
                number += 1;
                if each(Line { number, cells }) == ControlFlow::Break(()) {
                    return Ok(());
                }
            }
            name => {
                let Some(card) = &mut card else { continue };
                let column = COLUMNS.iter().position(|column| *column == name);
                // Without a spelt-out name, the parts of the name: the family first, as they stand.
                let (column, value) = match (column, name) {
                    (Some(column), _) => (column, property.value.replace(';', " ")),
                    (None, "N") if card[0].is_empty() => (0, property.value.split(';').take(2).collect()),
                    _ => continue,
                };
                // The first of several numbers, but a mobile one before any other.
                if card[column].is_empty() || (name == "TEL" && property.is("CELL")) || name == "FN" {
                    card[column] = value.trim().to_owned();
                }
            }
        }
    }
    Ok(())
}

/// The lines, those that go on in the next one put together: by a blank, or as quoted-printable by a `=`.
fn unfolded(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => last.push_str(&line[1..]),
            Some(last) if last.ends_with('=') && is_quoted(last) => {
                last.pop();
                last.push_str(line);
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines
}

fn is_quoted(line: &str) -> bool {
    line.split(':').next().is_some_and(|head| head.to_ascii_uppercase().contains("QUOTED-PRINTABLE"))
}

struct Property {
    name: String,
    parameters: Vec<String>,
    value: String,
}

impl Property {
    fn of(line: &str) -> Option<Self> {
        let (head, value) = line.split_once(':')?;
        let mut parts = head.split(';');
        // `item1.TEL`: a group says nothing to us.
        let name = parts.next()?.rsplit('.').next()?.to_ascii_uppercase();
        let parameters: Vec<_> = parts.map(str::to_ascii_uppercase).collect();
        let charset = parameters.iter().find_map(|one| one.strip_prefix("CHARSET="));
        let value = if is_quoted(head) {
            let encoding = charset.and_then(|label| Encoding::for_label(label.as_bytes()));
            encoding.unwrap_or(encoding_rs::UTF_8).decode(&quoted(value)).0.into_owned()
        } else {
            value.strip_prefix("tel:").or(value.strip_prefix("mailto:")).unwrap_or(value).to_owned()
        };
        let value = value.replace("\\n", "\n").replace("\\N", "\n").replace("\\,", ",").replace("\\;", ";");
        Some(Self { name, parameters, value })
    }

    fn is(&self, kind: &str) -> bool {
        self.parameters
            .iter()
            .any(|one| one.trim_start_matches("TYPE=").trim_matches('"').split(',').any(|it| it == kind))
    }
}

/// The bytes that quoted-printable spells.
fn quoted(value: &str) -> Vec<u8> {
    let bytes = value.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let pair = (bytes[at] == b'=').then(|| bytes.get(at + 1..at + 3)).flatten();
        let byte =
            pair.and_then(|pair| std::str::from_utf8(pair).ok()).and_then(|pair| u8::from_str_radix(pair, 16).ok());
        match byte {
            Some(byte) => {
                out.push(byte);
                at += 3;
            }
            None => {
                out.push(bytes[at]);
                at += 1;
            }
        }
    }
    out
}
