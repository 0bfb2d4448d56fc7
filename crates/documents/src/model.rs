//! A document as it is meant, not yet as anything shows it.

use kernel::{Money, Timestamp};

use crate::picture::Picture;

/// A printed form or report: A4, with a head and a foot on every page.
#[derive(Clone, Debug)]
pub struct Document {
    /// What it is: 《顾客投诉登记表》.
    pub title: String,
    /// Whose it is, at the left of the head; and below it which form it is.
    pub house: (String, String),
    /// What it is of, at the right of the head under its bars; ASCII, or there are none.
    pub number: Option<String>,
    /// Who printed it and when, at the left of the foot.
    pub foot: String,
    /// Which page of how many, at its right: `{page}` and `{pages}` stand for them.
    pub pages: String,
    /// In which language it is: `zh-CN`, `zh-TW`, `en`.
    pub locale: &'static str,
    /// When it was made.
    pub at: Timestamp,
    /// Whether it lies on its long side.
    pub landscape: bool,
    /// What it holds, from top to bottom.
    pub parts: Vec<Part>,
}

/// A piece of a document.
#[derive(Clone, Debug)]
pub enum Part {
    /// A line over what follows.
    Heading(String),
    /// Running text; a line break begins a new paragraph.
    Words(String),
    /// A form or a table.
    Grid(Grid),
}

/// Cells in rows and columns.
#[derive(Clone, Debug, Default)]
pub struct Grid {
    /// How wide the columns are, in proportion to each other.
    pub columns: Vec<f32>,
    /// How many of the first rows are repeated on each page.
    pub heads: usize,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row of cells. Where a cell above reaches down into it, the next free column is taken.
#[derive(Clone, Debug, Default)]
pub struct Row {
    /// How high it is at least, in millimetres: paper leaves room to write.
    pub least: f32,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A cell.
#[derive(Clone, Debug)]
pub struct Cell {
    /// What it says.
    pub value: Value,
    /// How many columns it takes.
    pub columns: usize,
    /// How many rows it takes.
    pub rows: usize,
    /// How it looks.
    pub look: Look,
    /// What stands at its bottom right: a name and a day, or the line for them.
    pub below: Option<String>,
    /// A picture in it: a signature.
    pub picture: Option<Picture>,
}

/// What a cell says.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Text; `☒` and `☐` are drawn as boxes.
    Text(String),
    /// A whole number.
    Count(i64),
    /// An amount: minor units.
    Amount(Money),
    /// A number with one decimal.
    Decimal(f64),
    /// A share of one, shown in hundredths; none where it is a share of nothing.
    Share(Option<f64>),
}

/// How a cell looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// As what is filled in.
    Plain,
    /// As what names it.
    Label,
    /// As the head of a column.
    Head,
    /// As the band at the left of a section.
    Section,
    /// As a sum.
    Total,
}

impl Cell {
    fn of(value: Value, look: Look) -> Self {
        Self { value, columns: 1, rows: 1, look, below: None, picture: None }
    }

    /// Text as it was filled in.
    pub fn text(text: impl Into<String>) -> Self {
        Self::of(Value::Text(text.into()), Look::Plain)
    }

    /// The name of what stands beside it.
    pub fn label(text: impl Into<String>) -> Self {
        Self::of(Value::Text(text.into()), Look::Label)
    }

    /// The head of a column.
    pub fn head(text: impl Into<String>) -> Self {
        Self::of(Value::Text(text.into()), Look::Head)
    }

    /// The band of a section of so many rows.
    pub fn section(text: impl Into<String>, rows: usize) -> Self {
        Self { rows, ..Self::of(Value::Text(text.into()), Look::Section) }
    }

    /// A number, an amount, a share.
    pub fn value(value: Value) -> Self {
        Self::of(value, Look::Plain)
    }

    /// Over so many columns.
    #[must_use]
    pub fn over(mut self, columns: usize) -> Self {
        self.columns = columns;
        self
    }

    /// With this at its bottom right.
    #[must_use]
    pub fn signed(mut self, below: impl Into<String>) -> Self {
        self.below = Some(below.into());
        self
    }

    /// With a picture, if there is one.
    #[must_use]
    pub fn pictured(mut self, picture: Option<Picture>) -> Self {
        self.picture = picture;
        self
    }

    /// As a sum.
    #[must_use]
    pub fn total(mut self) -> Self {
        self.look = Look::Total;
        self
    }
}

impl Row {
    /// A row of these.
    pub fn of(cells: impl IntoIterator<Item = Cell>) -> Self {
        Self { least: 0.0, cells: cells.into_iter().collect() }
    }

    /// So many millimetres high at least.
    #[must_use]
    pub fn least(mut self, millimetres: f32) -> Self {
        self.least = millimetres;
        self
    }
}

impl Value {
    /// As it is printed.
    pub(crate) fn words(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Count(count) => grouped(*count),
            Self::Amount(Money(minor)) => {
                let sign = if *minor < 0 { "-" } else { "" };
                let minor = minor.unsigned_abs();
                format!("{sign}{}.{:02}", grouped(i64::try_from(minor / 100).unwrap_or(i64::MAX)), minor % 100)
            }
            Self::Decimal(number) => format!("{number:.1}"),
            Self::Share(None) => "—".into(),
            Self::Share(Some(share)) => format!("{:.1}%", share * 100.0),
        }
    }

    /// Whether it stands at the right, as numbers do.
    pub(crate) fn is_number(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

/// Thousands apart.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut out = String::from(if number < 0 { "-" } else { "" });
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A cell and where it stands in its grid.
#[derive(Debug)]
pub(crate) struct Placed<'a> {
    pub cell: &'a Cell,
    pub row: usize,
    pub column: usize,
    pub rows: usize,
    pub columns: usize,
}

impl Grid {
    /// Where its cells stand; what does not fit its columns is left out.
    pub(crate) fn placed(&self) -> Vec<Placed<'_>> {
        let wide = self.columns.len();
        let mut taken = vec![vec![false; wide]; self.rows.len()];
        let mut placed = Vec::new();
        for (at, row) in self.rows.iter().enumerate() {
            let mut column = 0;
            for cell in &row.cells {
                while column < wide && taken[at][column] {
                    column += 1;
                }
                if column >= wide {
                    break;
                }
                let columns = cell.columns.clamp(1, wide - column);
                let rows = cell.rows.clamp(1, self.rows.len() - at);
                for line in taken.iter_mut().skip(at).take(rows) {
                    line[column..column + columns].fill(true);
                }
                placed.push(Placed { cell, row: at, column, rows, columns });
                column += columns;
            }
        }
        placed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(Value::Count(-1_234_567).words(), "-1,234,567");
        assert_eq!(Value::Amount(Money(118_000)).words(), "1,180.00");
        assert_eq!(Value::Amount(Money(-5)).words(), "-0.05");
        assert_eq!(Value::Share(None).words(), "—");
        assert_eq!(Value::Share(Some(0.5)).words(), "50.0%");
    }

    #[test]
    fn a_cell_over_several_rows_pushes_those_below_aside() {
        let rows = vec![
            Row::of([Cell::section("受理", 2), Cell::label("投诉人"), Cell::text("郑女士")]),
            Row::of([Cell::label("内容"), Cell::text("发雾")]),
        ];
        let grid = Grid { columns: vec![1.0, 2.0, 3.0], heads: 0, rows };
        let at: Vec<_> = grid.placed().iter().map(|one| (one.row, one.column, one.rows)).collect();
        assert_eq!(at, [(0, 0, 2), (0, 1, 1), (0, 2, 1), (1, 1, 1), (1, 2, 1)]);
    }
}
