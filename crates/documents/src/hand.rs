//! In which words and which time zone something is written, and the rows that forms are made of.

use http::Texts;
use jiff::tz::TimeZone;
use kernel::{Money, Timestamp};

use crate::{Cell, Document, Part, Row};

/// How a house writes what it prints. Its words are those of its texts that begin with `paper_`.
#[derive(Clone)]
pub struct Hand {
    /// Whose paper it is.
    pub house: String,
    /// In which language: `zh-CN`, `zh-TW`, `en`.
    pub locale: &'static str,
    /// The words.
    pub texts: &'static Texts,
    /// Whose clock.
    pub zone: TimeZone,
    /// Whoever prints it.
    pub name: String,
    /// When.
    pub now: Timestamp,
}

impl Hand {
    /// The word of this key, of those that are for paper.
    pub fn word(&self, key: &str) -> &'static str {
        self.texts.word(&format!("paper_{key}"))
    }

    /// A text with these in its places.
    pub fn said(&self, key: &str, params: &[(&str, &str)]) -> String {
        params.iter().fold(self.word(key).to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
    }

    /// A moment on the house's clock.
    pub fn at(&self, at: Timestamp) -> String {
        let moment = jiff::Timestamp::from_millisecond(at.millis()).unwrap_or_default();
        self.zone.to_datetime(moment).strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// A sum with its currency.
    pub fn money(&self, sum: Money, currency: &str) -> String {
        format!("{currency} {}.{:02}", sum.0 / 100, sum.0.abs() % 100)
    }

    /// A choice, this one ticked or not.
    pub fn tick(&self, key: &str, ticked: bool) -> String {
        format!("{}{}", if ticked { '☒' } else { '☐' }, self.word(key))
    }

    /// All that may be chosen, side by side, the one that was ticked.
    pub fn ticks<T: Copy + PartialEq>(&self, all: &[T], key: impl Fn(T) -> String, ticked: Option<T>) -> String {
        let ticks: Vec<_> = all.iter().map(|one| self.tick(&key(*one), ticked == Some(*one))).collect();
        ticks.join("　")
    }

    /// The name of what stands beside it.
    pub fn label(&self, key: &str) -> Cell {
        Cell::label(self.word(key))
    }

    /// On a form of three names and what they name: one name, and something over the rest of the row.
    pub fn wide(&self, key: &str, cell: Cell) -> Row {
        Row::of([self.label(key), cell.over(5)])
    }

    /// Two of them, the first of them wide.
    pub fn two(&self, first: &str, wide: Cell, second: &str, cell: Cell) -> Row {
        Row::of([self.label(first), wide.over(3), self.label(second), cell])
    }

    /// Three of them.
    pub fn three(&self, cells: [(&str, String); 3]) -> Row {
        Row::of(cells.into_iter().flat_map(|(key, text)| [self.label(key), Cell::text(text)]))
    }

    /// The heads of a table's columns.
    pub fn heads(&self, keys: &[&str]) -> Row {
        Row::of(keys.iter().map(|key| Cell::head(self.word(key))))
    }

    /// The rows of a form's sections, each with its band at the left.
    pub fn banded<const N: usize>(&self, sections: [(&str, Vec<Row>); N]) -> Vec<Row> {
        let mut rows = Vec::new();
        for (name, mut section) in sections {
            let band = Cell::section(self.word(&format!("section_{name}")), section.len());
            if let Some(first) = section.first_mut() {
                first.cells.insert(0, band);
            }
            rows.append(&mut section);
        }
        rows
    }

    /// A document with the head and foot that all of them have.
    pub fn document(&self, title: String, form: String, number: Option<String>, parts: Vec<Part>) -> Document {
        let at = self.at(self.now);
        Document {
            title,
            house: (self.house.clone(), form),
            number,
            foot: self.said("printed", &[("at", &at), ("name", &self.name)]),
            pages: self.word("pages").to_owned(),
            locale: self.locale,
            at: self.now,
            landscape: false,
            parts,
        }
    }
}
