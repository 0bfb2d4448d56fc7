//! Forms and tables: rows as high as what is in them, sections kept together, long text going on over the page.

use super::{INK, Ink, Layout, MM, RULE, SIDE, SOFT, TINT};
use crate::{
    model::{Grid, Look},
    picture::Picture,
};

/// Within a cell.
const PAD: (f32, f32) = (4.5, 3.5);
/// How high a picture is at most.
const PICTURE: f32 = 44.0;
/// More lines of a cell than these go on in a row of their own, which may stand on the next page.
const LINES: usize = 24;

struct Piece<'a> {
    row: usize,
    rows: usize,
    column: usize,
    columns: usize,
    look: Look,
    number: bool,
    lines: Vec<String>,
    below: Option<&'a str>,
    picture: Option<&'a Picture>,
}

struct Sheet<'a> {
    pieces: Vec<Piece<'a>>,
    /// Where each column begins, and where the last ends.
    edges: Vec<f32>,
    heights: Vec<f32>,
    heads: usize,
    /// Size of the letters and height of a line.
    size: f32,
    line: f32,
}

pub(super) fn lay<'a>(layout: &mut Layout<'a>, grid: &'a Grid) {
    let sheet = sheet(layout, grid);
    let head: f32 = sheet.heights[..sheet.heads].iter().sum();
    let full = layout.floor() - super::TOP - super::HEAD - head;
    let mut from = 0;
    let mut begun = layout.y;
    let mut at = sheet.heads.min(sheet.heights.len());
    let mut filled = layout.y + head;
    if at > 0 {
        let next = sheet.heights.get(at).copied().unwrap_or(0.0);
        if filled + next > layout.floor() {
            layout.turn();
            (begun, filled) = (layout.y, layout.y + head);
        }
    }
    while at < sheet.heights.len() {
        let end = sheet.block(at);
        let block: f32 = sheet.heights[at..end].iter().sum();
        // What is higher than half a page may be parted between its rows.
        let step = if block > full / 2.0 { at + 1 } else { end };
        let height: f32 = sheet.heights[at..step].iter().sum();
        if filled + height > layout.floor() && at > from.max(sheet.heads) {
            sheet.draw(layout, from, at, begun);
            layout.turn();
            begun = layout.y;
            if sheet.heads > 0 {
                sheet.draw(layout, 0, sheet.heads, begun);
                begun += head;
            }
            (from, filled) = (at, begun);
        } else if filled + height > layout.floor() && at == from && filled > super::TOP + super::HEAD + head {
            layout.turn();
            (begun, filled) = (layout.y, layout.y + if from == 0 { head } else { 0.0 });
        }
        filled += height;
        at = step;
    }
    sheet.draw(layout, from, at, begun);
    layout.y = filled + 8.0;
}

fn sheet<'a>(layout: &Layout<'a>, grid: &'a Grid) -> Sheet<'a> {
    let (size, line) = if grid.columns.len() > 10 { (7.5, 11.0) } else { (9.0, 13.0) };
    let sum: f32 = grid.columns.iter().sum::<f32>().max(f32::EPSILON);
    let mut edges = vec![SIDE];
    for column in &grid.columns {
        edges.push(edges.last().expect("it begins with one") + column / sum * layout.inner());
    }
    let mut pieces: Vec<Piece<'a>> = grid
        .placed()
        .into_iter()
        .map(|one| {
            let width = edges[one.column + one.columns] - edges[one.column] - 2.0 * PAD.0;
            let text = one.cell.value.words();
            let lines = if one.cell.look == Look::Section {
                text.lines().map(str::to_owned).collect()
            } else {
                layout.lines(&text, width, size)
            };
            Piece {
                row: one.row,
                rows: one.rows,
                column: one.column,
                columns: one.columns,
                look: one.cell.look,
                number: one.cell.value.is_number(),
                lines,
                below: one.cell.below.as_deref(),
                picture: one.cell.picture.as_ref(),
            }
        })
        .collect();
    let mut least: Vec<f32> = grid.rows.iter().map(|row| row.least * MM).collect();
    part(&mut pieces, &mut least);
    let mut heights = least;
    for piece in pieces.iter().filter(|piece| piece.rows == 1) {
        heights[piece.row] = heights[piece.row].max(piece.height(line));
    }
    for piece in pieces.iter().filter(|piece| piece.rows > 1) {
        let rows = piece.row..piece.row + piece.rows;
        let lacks = piece.height(line) - heights[rows.clone()].iter().sum::<f32>();
        heights[rows.end - 1] += lacks.max(0.0);
    }
    Sheet { pieces, edges, heights, heads: grid.heads.min(grid.rows.len()), size, line }
}

/// Parts rows with more lines than a page should hold in one piece.
fn part(pieces: &mut Vec<Piece<'_>>, least: &mut Vec<f32>) {
    let mut row = 0;
    while row < least.len() {
        let single = |one: &Piece<'_>| one.rows == 1 && one.row == row && one.look != Look::Section;
        if !pieces.iter().any(|one| single(one) && one.lines.len() > LINES) {
            row += 1;
            continue;
        }
        let mut rest = Vec::new();
        for one in pieces.iter_mut() {
            if one.row > row {
                one.row += 1;
            } else if single(one) && one.lines.len() > LINES {
                rest.push(Piece {
                    row: row + 1,
                    lines: one.lines.split_off(LINES),
                    below: one.below.take(),
                    picture: one.picture.take(),
                    ..*one
                });
            } else if one.row + one.rows > row {
                one.rows += 1;
            }
        }
        pieces.extend(rest);
        least.insert(row + 1, 0.0);
        row += 1;
    }
}

impl Piece<'_> {
    fn height(&self, line: f32) -> f32 {
        let lines = if self.look == Look::Section {
            let name = self.lines.last().map_or(0, |name| name.chars().count());
            // What is turned needs its length: that is left to the rows.
            if is_stacked(self.lines.last()) {
                name + self.lines.len() - 1
            } else {
                self.lines.len()
            }
        } else {
            self.lines.len().max(1)
        };
        let below = if self.below.is_some() { line + 2.0 } else { 0.0 };
        let picture = if self.picture.is_some() { PICTURE + 2.0 } else { 0.0 };
        lines as f32 * line + below + picture + 2.0 * PAD.1
    }
}

fn is_stacked(name: Option<&String>) -> bool {
    name.is_some_and(|name| !name.chars().any(|c| c.is_ascii_alphabetic()))
}

impl Sheet<'_> {
    /// The row after those that what reaches down from `row` holds together.
    fn block(&self, row: usize) -> usize {
        let mut end = row + 1;
        let mut at = row;
        while at < end {
            let reach = self.pieces.iter().filter(|one| one.row == at).map(|one| one.row + one.rows).max();
            end = end.max(reach.unwrap_or(0)).min(self.heights.len());
            at += 1;
        }
        end
    }
}

impl<'a> Sheet<'a> {
    /// Rows `from` to before `to`, at `y`.
    fn draw(&self, layout: &mut Layout<'a>, from: usize, to: usize, y: f32) {
        if from >= to {
            return;
        }
        let top = |row: usize| y + self.heights[from..row.clamp(from, to)].iter().sum::<f32>();
        let (left, right) = (self.edges[0], *self.edges.last().expect("it begins with one"));
        let mut thick = vec![y, top(to)];
        for piece in &self.pieces {
            let (first, last) = (piece.row.max(from), (piece.row + piece.rows).min(to));
            if first >= last {
                continue;
            }
            let (x, w) =
                (self.edges[piece.column], self.edges[piece.column + piece.columns] - self.edges[piece.column]);
            let (y, h) = (top(first), top(last) - top(first));
            if matches!(piece.look, Look::Label | Look::Head | Look::Total) {
                layout.put(Ink::Fill { x, y, w, h, grey: TINT });
            }
            for (x, y, to) in
                [(x, y, (x + w, y)), (x, y + h, (x + w, y + h)), (x, y, (x, y + h)), (x + w, y, (x + w, y + h))]
            {
                layout.put(Ink::Line { x, y, to, width: 0.5, grey: RULE });
            }
            match piece.look {
                Look::Section => {
                    thick.push(y);
                    self.band(layout, piece, (x, y, w, h));
                }
                _ if piece.row >= from => self.fill(layout, piece, (x, y, w, h)),
                _ => {}
            }
        }
        for y in thick {
            layout.put(Ink::Line { x: left, y, to: (right, y), width: 1.3, grey: INK });
        }
        for x in [left, right] {
            layout.put(Ink::Line { x, y, to: (x, top(to)), width: 1.3, grey: INK });
        }
    }

    fn fill(&self, layout: &mut Layout<'a>, piece: &Piece<'a>, (x, y, w, h): (f32, f32, f32, f32)) {
        let text = piece.lines.len() as f32 * self.line;
        let named = matches!(piece.look, Look::Label | Look::Head);
        let tall = piece.below.is_some() || piece.picture.is_some() || piece.lines.len() > 2;
        let mut down = if tall && !named { y + PAD.1 } else { y + (h - text) / 2.0 };
        let bold = piece.look == Look::Total;
        for line in &piece.lines {
            let wide = layout.measure.width(line, self.size);
            let from = if named {
                x + (w - wide) / 2.0
            } else if piece.number {
                x + w - PAD.0 - wide
            } else {
                x + PAD.0
            };
            let grey = if named { SOFT } else { INK };
            let (base, text) = (down + self.line * 0.5 + self.size * 0.36, line.clone());
            layout.put(Ink::Text { x: from, y: base, size: self.size, text, bold, grey });
            down += self.line;
        }
        if let Some(below) = piece.below {
            let wide = layout.measure.width(below, self.size);
            layout.text((x + w - PAD.0 - wide).max(x + PAD.0), y + h - PAD.1 - 3.0, self.size, below, SOFT);
        }
        if let Some(picture) = piece.picture {
            let (wide, high) = picture.size();
            let scale = (PICTURE / high.max(1) as f32).min((w - 2.0 * PAD.0) / wide.max(1) as f32).min(0.75);
            let (wide, high) = (wide as f32 * scale, high as f32 * scale);
            let floor = y + h - PAD.1 - if piece.below.is_some() { self.line + 2.0 } else { 0.0 };
            layout.put(Ink::Picture { x: x + w - PAD.0 - wide, y: floor - high, w: wide, h: high, picture });
        }
    }

    /// The band of a section: its number above its name, character under character, or turned where it is Latin.
    fn band(&self, layout: &mut Layout<'a>, piece: &Piece<'a>, (x, y, w, h): (f32, f32, f32, f32)) {
        let Some((name, above)) = piece.lines.split_last() else { return };
        let stacked = is_stacked(Some(name));
        let signs: Vec<String> = if stacked { name.chars().map(String::from).collect() } else { Vec::new() };
        let length = layout.measure.width(name, self.size);
        let high = (above.len() + signs.len()) as f32 * self.line + if stacked { 0.0 } else { length + 4.0 };
        let mut down = y + ((h - high) / 2.0).max(1.0);
        let put = |layout: &mut Layout<'a>, text: &String, size: f32, bold: bool, down: &mut f32| {
            let wide = layout.measure.width(text, size);
            let (x, y, text) = (x + (w - wide) / 2.0, *down + self.line * 0.5 + size * 0.36, text.clone());
            layout.put(Ink::Text { x, y, size, text, bold, grey: if bold { INK } else { SOFT } });
            *down += self.line;
        };
        for line in above {
            put(layout, line, self.size - 1.0, false, &mut down);
        }
        for sign in &signs {
            put(layout, sign, self.size + 1.0, true, &mut down);
        }
        if !stacked {
            let (x, y) = (x + w / 2.0 + self.size * 0.36, down + 4.0 + length);
            layout.put(Ink::Turned { x, y, size: self.size, text: name.clone() });
        }
    }
}
