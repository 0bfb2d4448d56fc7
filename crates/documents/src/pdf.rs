//! A document as PDF, set with a typeface of which only what is used goes into it.

use std::path::Path;

use kernel::{Error, Result};
use krilla::{
    Document as Pdf,
    color::luma,
    geom::{PathBuilder, Point, Rect, Size, Transform},
    image::Image,
    metadata::{DateTime, Metadata},
    num::NormalizedF32,
    page::PageSettings,
    paint::{Fill, Stroke},
    surface::Surface,
    text::{Font, KrillaGlyph},
};

use crate::{
    font::{Face, Measure},
    layout::{INK, Ink, lay},
    model::Document,
};

/// How much thicker what is bold is drawn, in parts of its size.
const BOLD: f32 = 0.028;

/// Sets a document with the typeface at `font`, or one of this machine.
///
/// # Errors
/// [`Error::Conflict`] `documents.no_font`; [`Error::Internal`] when it cannot be written.
pub(crate) fn pdf(document: &Document, font: Option<&Path>) -> Result<Vec<u8>> {
    let face = Face::open(font, document.locale)?;
    let measure = face.measure();
    let layout = lay(document, &measure);
    let mut out = Pdf::new();
    let size = Size::from_wh(layout.wide, layout.high).ok_or_else(|| Error::internal("a page without a size"))?;
    for page in &layout.pages {
        let mut to = out.start_page_with(PageSettings::new(size));
        let mut surface = to.surface();
        let mut pen = Pen { surface: &mut surface, measure: &measure, font: &face.font };
        page.iter().for_each(|ink| pen.draw(ink));
        surface.finish();
        to.finish();
    }
    let made = jiff::Timestamp::from_millisecond(document.at.millis()).unwrap_or_default();
    let made = made.to_zoned(jiff::tz::TimeZone::UTC);
    let date = DateTime::new(made.year().unsigned_abs())
        .month(made.month().unsigned_abs())
        .day(made.day().unsigned_abs())
        .hour(made.hour().unsigned_abs())
        .minute(made.minute().unsigned_abs())
        .second(made.second().unsigned_abs());
    let about = Metadata::new()
        .title(document.title.clone())
        .language(document.locale.into())
        .creator("知客 Zhike".into())
        .creation_date(date);
    out.set_metadata(about);
    out.finish().map_err(|error| Error::internal(format!("{error:?}")))
}

struct Pen<'s, 'a> {
    surface: &'s mut Surface<'a>,
    measure: &'s Measure<'s>,
    font: &'s Font,
}

impl Pen<'_, '_> {
    fn draw(&mut self, ink: &Ink<'_>) {
        match ink {
            Ink::Text { x, y, size, text, bold, grey } => self.text((*x, *y), *size, text, *bold, *grey),
            Ink::Turned { x, y, size, text } => {
                self.surface.push_transform(&Transform::from_row(0.0, -1.0, 1.0, 0.0, *x, *y));
                self.text((0.0, 0.0), *size, text, true, INK);
                self.surface.pop();
            }
            Ink::Fill { x, y, w, h, grey } => {
                let mut path = PathBuilder::new();
                if let Some(rect) = Rect::from_xywh(*x, *y, *w, *h) {
                    path.push_rect(rect);
                }
                self.surface.set_stroke(None);
                self.surface.set_fill(Some(fill(*grey)));
                if let Some(path) = path.finish() {
                    self.surface.draw_path(&path);
                }
            }
            Ink::Line { x, y, to, width, grey } => self.line(&[(*x, *y), *to], *width, *grey),
            Ink::Picture { x, y, w, h, picture } => {
                let (wide, high) = picture.size();
                let image = Image::from_rgba8(picture.dots(), wide, high);
                if let Some(size) = Size::from_wh(*w, *h) {
                    self.surface.push_transform(&Transform::from_translate(*x, *y));
                    self.surface.draw_image(image, size);
                    self.surface.pop();
                }
            }
        }
    }

    fn line(&mut self, points: &[(f32, f32)], width: f32, grey: u8) {
        let mut path = PathBuilder::new();
        for (at, (x, y)) in points.iter().enumerate() {
            if at == 0 {
                path.move_to(*x, *y);
            } else {
                path.line_to(*x, *y);
            }
        }
        self.surface.set_fill(None);
        self.surface.set_stroke(Some(stroke(width, grey)));
        if let Some(path) = path.finish() {
            self.surface.draw_path(&path);
        }
    }

    fn text(&mut self, (mut x, y): (f32, f32), size: f32, text: &str, bold: bool, grey: u8) {
        let mut rest = text;
        while !rest.is_empty() {
            let at = rest.find(['☐', '☒']).unwrap_or(rest.len());
            let (run, after) = rest.split_at(at);
            if !run.is_empty() {
                self.surface.set_fill(Some(fill(grey)));
                self.surface.set_stroke(bold.then(|| stroke(size * BOLD, grey)));
                let glyphs: Vec<KrillaGlyph> = run
                    .char_indices()
                    .map(|(at, c)| {
                        let (shape, advance) = self.measure.glyph(c);
                        KrillaGlyph::new(shape, advance, 0.0, 0.0, 0.0, at..at + c.len_utf8(), None)
                    })
                    .collect();
                self.surface.draw_glyphs(Point::from_xy(x, y), &glyphs, self.font.clone(), run, size, false);
                x += self.measure.width(run, size);
            }
            let mut signs = after.chars();
            if let Some(sign) = signs.next() {
                self.tick((x, y), size, sign == '☒', grey);
                x += size;
            }
            rest = signs.as_str();
        }
    }

    fn tick(&mut self, (x, y): (f32, f32), size: f32, ticked: bool, grey: u8) {
        let (side, left) = (size * 0.78, x + size * 0.08);
        let (right, top, floor) = (left + side, y - side + size * 0.06, y + size * 0.06);
        self.line(&[(left, top), (right, top), (right, floor), (left, floor), (left, top - 0.3)], 0.7, grey);
        if ticked {
            let inset = side * 0.14;
            self.line(&[(left + inset, top + inset), (right - inset, floor - inset)], 1.1, grey);
            self.line(&[(right - inset, top + inset), (left + inset, floor - inset)], 1.1, grey);
        }
    }
}

fn fill(grey: u8) -> Fill {
    Fill { paint: luma::Color::new(grey).into(), opacity: NormalizedF32::ONE, ..Fill::default() }
}

fn stroke(width: f32, grey: u8) -> Stroke {
    Stroke { paint: luma::Color::new(grey).into(), width, ..Stroke::default() }
}
