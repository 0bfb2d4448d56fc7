//! The typeface a PDF is set with: never part of the program, found on the machine.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use kernel::Result;
use krilla::text::{Font, GlyphId, Tag};
use skrifa::{
    FontRef, MetadataProvider as _,
    instance::{LocationRef, Size},
    raw::FileRef,
    string::StringId,
};

use crate::codes;

/// Typefaces with Chinese characters, as systems call their files; the best first.
const NAMES: [&str; 20] = [
    "NotoSansCJK-Regular.ttc",
    "NotoSansCJKsc-Regular.otf",
    "NotoSansCJKtc-Regular.otf",
    "NotoSansSC-Regular.otf",
    "NotoSansSC-Regular.ttf",
    "NotoSansTC-Regular.otf",
    "NotoSansSC[wght].ttf",
    "NotoSansCJK-VF.ttf.ttc",
    "NotoSansCJKsc-VF.ttf",
    "SourceHanSans-Regular.ttc",
    "SourceHanSansSC-Regular.otf",
    "SourceHanSansCN-Regular.otf",
    "wqy-microhei.ttc",
    "wqy-zenhei.ttc",
    "DroidSansFallbackFull.ttf",
    "PingFang.ttc",
    "Hiragino Sans GB.ttc",
    "STHeiti Light.ttc",
    "msyh.ttc",
    "simhei.ttf",
];
/// Folders below these are looked through, so deep.
const DEPTH: usize = 4;

fn folders() -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> =
        ["/usr/share/fonts", "/usr/local/share/fonts", "/System/Library/Fonts", "/Library/Fonts", "C:\\Windows\\Fonts"]
            .map(PathBuf::from)
            .into();
    if let Some(home) = std::env::home_dir() {
        folders.extend([home.join(".local/share/fonts"), home.join(".fonts"), home.join("Library/Fonts")]);
    }
    folders
}

/// The best typeface below these folders.
fn found(folders: &[PathBuf]) -> Option<PathBuf> {
    fn look(folder: &Path, depth: usize, best: &mut Option<(usize, PathBuf)>) {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let name = entry.file_name();
            let rank = name.to_str().and_then(|name| NAMES.iter().position(|one| *one == name));
            if let Some(rank) = rank.filter(|rank| best.as_ref().is_none_or(|(than, _)| rank < than)) {
                *best = Some((rank, entry.path()));
            } else if depth > 0 && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                look(&entry.path(), depth - 1, best);
            }
        }
    }
    let mut best = None;
    folders.iter().for_each(|folder| look(folder, DEPTH, &mut best));
    best.map(|(_, path)| path)
}

/// A typeface that was read.
pub(crate) struct Face {
    data: Arc<Vec<u8>>,
    index: u32,
    /// As it is set with.
    pub font: Font,
}

impl Face {
    /// The typeface at `path`, or the best one of this machine; of a collection, the one for this language.
    ///
    /// # Errors
    /// [`kernel::Error::Conflict`] `documents.no_font` when there is none, or it holds no Chinese characters.
    pub(crate) fn open(path: Option<&Path>, locale: &str) -> Result<Self> {
        let path = path.map(Path::to_owned).or_else(|| found(&folders()));
        let Some(path) = path else { return Err(codes::NO_FONT.conflict()) };
        let read = std::fs::read(&path).ok().and_then(|bytes| Self::of(bytes, locale));
        read.ok_or_else(|| {
            tracing::warn!(path = %path.display(), "no typeface with Chinese characters can be read here");
            codes::NO_FONT.conflict()
        })
    }

    fn of(bytes: Vec<u8>, locale: &str) -> Option<Self> {
        let data = Arc::new(bytes);
        let wanted = if locale == "zh-TW" { "TC" } else { "SC" };
        let index = match FileRef::new(&data).ok()? {
            FileRef::Font(font) => is_chinese(&font).then_some(0)?,
            FileRef::Collection(all) => {
                let fonts = (0..all.len()).filter_map(|at| Some((at, all.get(at).ok()?)));
                let mut fit = fonts.filter(|(_, font)| is_chinese(font)).peekable();
                let first = fit.peek()?.0;
                let named = |font: &FontRef<'_>| {
                    let names = font.localized_strings(StringId::FAMILY_NAME);
                    names.into_iter().any(|name| name.chars().collect::<String>().ends_with(wanted))
                };
                fit.find(|(_, font)| named(font)).map_or(first, |(at, _)| at)
            }
        };
        // A typeface of many weights begins with its thinnest.
        let weighs =
            FontRef::from_index(&data, index).ok()?.axes().iter().any(|axis| axis.tag() == skrifa::Tag::new(b"wght"));
        let weight: &[_] = if weighs { &[(Tag::new(b"wght"), 400.0)] } else { &[] };
        let font = Font::new_variable(Arc::clone(&data).into(), index, weight)?;
        Some(Self { data, index, font })
    }

    /// How its characters are measured.
    pub(crate) fn measure(&self) -> Measure<'_> {
        let font = FontRef::from_index(&self.data, self.index).expect("it was read as one");
        Measure { map: font.charmap(), advances: font.glyph_metrics(Size::new(1.0), LocationRef::default()) }
    }
}

/// Whether it holds characters of both writings.
fn is_chinese(font: &FontRef<'_>) -> bool {
    let map = font.charmap();
    ['投', '诉', '訴', '，'].iter().filter(|c| map.map(**c).is_some()).count() >= 3
}

/// What is known of a typeface's characters.
pub(crate) struct Measure<'a> {
    map: skrifa::charmap::Charmap<'a>,
    advances: skrifa::metrics::GlyphMetrics<'a>,
}

impl Measure<'_> {
    /// The character's shape and how wide it is, in parts of the size; what there is no shape for is an empty box.
    pub(crate) fn glyph(&self, c: char) -> (GlyphId, f32) {
        let shape = self.map.map(c).or_else(|| self.map.map('□')).or_else(|| self.map.map('?')).unwrap_or_default();
        (GlyphId::new(shape.to_u32()), self.advances.advance_width(shape).unwrap_or(1.0))
    }

    /// How wide it is, in parts of the size.
    pub(crate) fn advance(&self, c: char) -> f32 {
        if matches!(c, '☐' | '☒') { 1.0 } else { self.glyph(c).1 }
    }

    /// How wide a text is at this size.
    pub(crate) fn width(&self, text: &str, size: f32) -> f32 {
        text.chars().map(|c| self.advance(c)).sum::<f32>() * size
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_no_typeface_is_refused_with_what_to_do() {
        let file = std::env::temp_dir().join("zhike-documents-no-font.ttf");
        std::fs::write(&file, b"no typeface").unwrap();
        let refused = Face::open(Some(&file), "zh-CN");
        assert!(matches!(refused, Err(kernel::Error::Conflict(code, _)) if code.name() == "documents.no_font"));
        let none = Face::open(Some(Path::new("/nowhere/at.all")), "zh-CN");
        assert!(none.is_err());
        assert_eq!(found(&[PathBuf::from("/nowhere")]), None);
    }
}
