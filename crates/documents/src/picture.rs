//! A picture in a document.

use std::io::Cursor;

use image::{ImageFormat, ImageReader, Limits, imageops::FilterType};

/// No side of it is printed with more dots than this.
const MOST: u32 = 900;

/// A picture, taken apart once: whatever its file says, only its dots go into a document.
#[derive(Clone)]
pub struct Picture {
    dots: image::RgbaImage,
}

impl std::fmt::Debug for Picture {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Picture {}×{}", self.dots.width(), self.dots.height())
    }
}

impl Picture {
    /// The picture in these bytes; none where they are none, or one beyond 6,000 dots a side.
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let mut reader = ImageReader::new(Cursor::new(bytes)).with_guessed_format().ok()?;
        let mut limits = Limits::default();
        (limits.max_image_width, limits.max_image_height) = (Some(6_000), Some(6_000));
        limits.max_alloc = Some(192 << 20);
        reader.limits(limits);
        let image = reader.decode().ok()?;
        let image = if image.width() > MOST || image.height() > MOST {
            image.resize(MOST, MOST, FilterType::Triangle)
        } else {
            image
        };
        Some(Self { dots: image.into_rgba8() })
    }

    /// How wide and high it is, in dots.
    pub(crate) fn size(&self) -> (u32, u32) {
        self.dots.dimensions()
    }

    /// Its dots.
    pub(crate) fn dots(&self) -> Vec<u8> {
        self.dots.as_raw().clone()
    }

    /// As a PNG of nothing but its dots.
    pub(crate) fn png(&self) -> Option<Vec<u8>> {
        let mut bytes = Cursor::new(Vec::new());
        self.dots.write_to(&mut bytes, ImageFormat::Png).ok()?;
        Some(bytes.into_inner())
    }
}
