//! Where everything stands on pages of A4. Lengths in points, from the top left.

mod grid;
#[cfg(test)]
mod tests;

use crate::{
    bars, breaks,
    font::Measure,
    model::{Document, Part},
    picture::Picture,
};

pub(crate) const SHORT: f32 = 595.28;
pub(crate) const LONG: f32 = 841.89;
/// Around what is printed.
const SIDE: f32 = 39.0;
const TOP: f32 = 34.0;
/// Between the head and what follows.
const HEAD: f32 = 44.0;
const BOTTOM: f32 = 44.0;
/// A millimetre.
const MM: f32 = 72.0 / 25.4;
const WORDS: (f32, f32) = (10.0, 16.5);

/// How dark something is: 0 is black.
pub(crate) const INK: u8 = 0x14;
const SOFT: u8 = 0x55;
const TINT: u8 = 0xf2;
const RULE: u8 = 0x66;

/// Something on a page.
#[derive(Debug)]
pub(crate) enum Ink<'a> {
    /// A line of text from its left end, on its base.
    Text { x: f32, y: f32, size: f32, text: String, bold: bool, grey: u8 },
    /// The same, turned to read from below, from its lower end.
    Turned { x: f32, y: f32, size: f32, text: String },
    /// A filled box.
    Fill { x: f32, y: f32, w: f32, h: f32, grey: u8 },
    /// A line.
    Line { x: f32, y: f32, to: (f32, f32), width: f32, grey: u8 },
    /// A picture.
    Picture { x: f32, y: f32, w: f32, h: f32, picture: &'a Picture },
}

pub(crate) struct Layout<'a> {
    measure: &'a Measure<'a>,
    pub pages: Vec<Vec<Ink<'a>>>,
    pub wide: f32,
    pub high: f32,
    /// How far down the page it is filled.
    y: f32,
}

/// Lays a document out.
pub(crate) fn lay<'a>(document: &'a Document, measure: &'a Measure<'a>) -> Layout<'a> {
    let (wide, high) = if document.landscape { (LONG, SHORT) } else { (SHORT, LONG) };
    let mut layout = Layout { measure, pages: vec![Vec::new()], wide, high, y: TOP + HEAD };
    for part in &document.parts {
        match part {
            Part::Heading(text) => layout.heading(text),
            Part::Words(text) => layout.words(text),
            Part::Grid(one) => grid::lay(&mut layout, one),
        }
    }
    let pages = layout.pages.len();
    for page in 0..pages {
        layout.frame(document, page, pages);
    }
    layout
}

impl<'a> Layout<'a> {
    fn put(&mut self, ink: Ink<'a>) {
        self.pages.last_mut().expect("there is a page from the beginning").push(ink);
    }

    fn inner(&self) -> f32 {
        self.wide - 2.0 * SIDE
    }

    fn floor(&self) -> f32 {
        self.high - BOTTOM
    }

    fn turn(&mut self) {
        self.pages.push(Vec::new());
        self.y = TOP + HEAD;
    }

    /// Turns the page unless so much is left of it.
    fn need(&mut self, height: f32) {
        if self.y + height > self.floor() {
            self.turn();
        }
    }

    fn lines(&self, text: &str, width: f32, size: f32) -> Vec<String> {
        let clean: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
        breaks::lines(&clean.replace('\t', " "), width, |c| self.measure.advance(c) * size)
    }

    fn text(&mut self, x: f32, y: f32, size: f32, text: impl Into<String>, grey: u8) {
        self.put(Ink::Text { x, y, size, text: text.into(), bold: false, grey });
    }

    fn heading(&mut self, text: &str) {
        self.need(70.0);
        self.y += 14.0;
        for line in self.lines(text, self.inner(), 11.5) {
            self.put(Ink::Text { x: SIDE, y: self.y + 10.0, size: 11.5, text: line, bold: true, grey: INK });
            self.y += 17.0;
        }
        self.y += 3.0;
    }

    fn words(&mut self, text: &str) {
        let (size, high) = WORDS;
        for line in self.lines(text, self.inner(), size) {
            self.need(high);
            self.text(SIDE, self.y + size, size, line, INK);
            self.y += high;
        }
        self.y += 4.0;
    }

    /// Head and foot of a page.
    fn frame(&mut self, document: &Document, page: usize, pages: usize) {
        let mut ink = Vec::new();
        let mut say = |x: f32, y: f32, size: f32, text: String, bold: bool, grey: u8| {
            ink.push(Ink::Text { x, y, size, text, bold, grey });
        };
        let measure = self.measure;
        let (house, form) = (&document.house.0, &document.house.1);
        say(SIDE, TOP + 12.0, 8.5, house.clone(), false, SOFT);
        say(SIDE, TOP + 25.0, 8.5, form.clone(), false, SOFT);
        let right = self.wide - SIDE;
        let mut side = measure.width(house, 8.5).max(measure.width(form, 8.5));
        if let Some(number) = &document.number {
            let wide = measure.width(number, 8.5);
            say(right - wide, TOP + 34.0, 8.5, number.clone(), false, INK);
            side = side.max(152.0).max(wide);
        }
        let room = self.inner() - 2.0 * side - 16.0;
        let mut size = 19.0;
        while size > 10.0 && measure.width(&document.title, size) > room {
            size -= 0.5;
        }
        let wide = measure.width(&document.title, size);
        say((self.wide - wide) / 2.0, TOP + 27.0, size, document.title.clone(), true, INK);
        let foot = self.high - BOTTOM + 22.0;
        say(SIDE, foot, 8.0, document.foot.clone(), false, SOFT);
        let count = document.pages.replace("{pages}", &pages.to_string()).replace("{page}", &(page + 1).to_string());
        say(right - measure.width(&count, 8.0), foot, 8.0, count, false, SOFT);
        if let Some(bars) = document.number.as_deref().and_then(bars::bars) {
            let modules: f32 = bars.iter().map(|wide| f32::from(*wide)).sum();
            let module = (150.0 / modules).min(0.95);
            let mut x = right - modules * module;
            for (at, wide) in bars.iter().enumerate() {
                let w = f32::from(*wide) * module;
                if at % 2 == 0 {
                    ink.push(Ink::Fill { x, y: TOP, w, h: 22.0, grey: INK });
                }
                x += w;
            }
        }
        self.pages[page].extend(ink);
    }
}
