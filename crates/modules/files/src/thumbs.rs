//! Small pictures of images, made on first demand and kept beside the bytes.
//!
//! What a stranger sent is decoded here, so everything is bounded: the measure is judged before
//! anything is decoded, memory by the decoder's own limit, and few are decoded at once, off the
//! threads that serve.

use std::{
    io::Cursor,
    sync::{Arc, LazyLock},
};

use axum::{
    body::Body,
    http::{HeaderMap, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits, Rgb, RgbImage,
    codecs::{gif::GifDecoder, jpeg::JpegEncoder, png::PngDecoder, webp::WebPDecoder},
};
use kernel::{Error, Result};
use tokio::sync::Semaphore;

use crate::{codes, disk::Store, model::StoredFile};

/// Pixels across and down at most.
const SIDE: u32 = 480;
/// Pixels of an image that is still decoded: a large photograph.
const MOST_PIXELS: i64 = 40_000_000;
/// Pixels of an image that is decoded alone.
const MANY_PIXELS: i64 = 12_000_000;
/// Bytes a decoder may ask for.
const MEMORY: u64 = 256 << 20;
/// Images decoded at once on a node; one of many pixels counts as all of them.
const AT_ONCE: u32 = 2;

static ROOM: LazyLock<Arc<Semaphore>> = LazyLock::new(|| Arc::new(Semaphore::new(AT_ONCE as usize)));

/// The thumbnail of this image as an HTTP answer: a JPEG of at most 480 pixels a side.
///
/// # Errors
/// [`Error::Conflict`] `files.no_thumbnail` for what is no image, moves, is too large or broken: the
/// file itself is all there is.
pub(crate) async fn open(store: &Store, file: &StoredFile, headers: &HeaderMap) -> Result<Response> {
    let etag = format!("\"{}-thumb\"", file.sha256);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let mut response = if known == etag {
        axum::http::StatusCode::NOT_MODIFIED.into_response()
    } else {
        Body::from(bytes_of(store, file).await?).into_response()
    };
    for (name, value) in [
        (header::CONTENT_TYPE, "image/jpeg"),
        (header::CONTENT_DISPOSITION, "inline"),
        (header::ETAG, etag.as_str()),
        (header::CACHE_CONTROL, "private, max-age=600"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'; sandbox"),
    ] {
        response.headers_mut().insert(name, value.parse().map_err(|_| Error::internal("a header"))?);
    }
    Ok(response)
}

async fn bytes_of(store: &Store, file: &StoredFile) -> Result<Bytes> {
    let none = || codes::NO_THUMBNAIL.conflict();
    let format = ImageFormat::from_mime_type(&file.mime).ok_or_else(none)?;
    let pixels = file.width.zip(file.height).map(|(width, height)| width.saturating_mul(height));
    let pixels = pixels.filter(|pixels| (1..=MOST_PIXELS).contains(pixels)).ok_or_else(none)?;
    if let Some(kept) = store.thumb(file.id).await? {
        // One that could not be made is not tried again.
        return if kept.is_empty() { Err(none()) } else { Ok(kept) };
    }
    let share = if pixels > MANY_PIXELS { AT_ONCE } else { 1 };
    let room = ROOM.clone().acquire_many_owned(share).await.map_err(Error::internal)?;
    let whole = store.read(file.id).await?.try_fold(Vec::new(), async |mut whole, chunk| {
        whole.extend_from_slice(&chunk);
        Ok(whole)
    });
    let whole = whole.await.map_err(Error::internal)?;
    let made = tokio::task::spawn_blocking(move || {
        let made = shrink(&whole, format);
        drop(room);
        made
    });
    let made = Bytes::from(made.await.map_err(Error::internal)?.unwrap_or_default());
    store.keep_thumb(file.id, made.clone()).await?;
    if made.is_empty() { Err(none()) } else { Ok(made) }
}

/// None for what moves, cannot be read, or asks for more than it may.
fn shrink(bytes: &[u8], format: ImageFormat) -> Option<Vec<u8>> {
    if moves(bytes, format)? {
        return None;
    }
    let mut limits = Limits::default();
    limits.max_alloc = Some(MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().ok()?;
    let (width, height) = decoder.dimensions();
    // The header that was judged on arrival is not believed blindly.
    (i64::from(width) * i64::from(height) <= MOST_PIXELS).then_some(())?;
    let turned = decoder.orientation().ok()?;
    let image = DynamicImage::from_decoder(decoder).ok()?;
    let mut small = if width > SIDE || height > SIDE { image.thumbnail(SIDE, SIDE) } else { image };
    small.apply_orientation(turned);
    let mut out = Vec::new();
    JpegEncoder::new_with_quality(&mut out, 80).encode_image(&on_white(&small)).ok()?;
    Some(out)
}

/// JPEG knows no transparency: what shows through is white.
fn on_white(image: &DynamicImage) -> RgbImage {
    let rgba = image.to_rgba8();
    RgbImage::from_fn(rgba.width(), rgba.height(), |x, y| {
        let [red, green, blue, opaque] = rgba.get_pixel(x, y).0.map(u32::from);
        let over = |colour: u32| ((colour * opaque + 255 * (255 - opaque)) / 255) as u8;
        Rgb([over(red), over(green), over(blue)])
    })
}

/// Whether the image has more than one frame.
fn moves(bytes: &[u8], format: ImageFormat) -> Option<bool> {
    match format {
        ImageFormat::Gif => {
            let mut decoder = GifDecoder::new(Cursor::new(bytes)).ok()?;
            let mut limits = Limits::default();
            limits.max_alloc = Some(MEMORY);
            decoder.set_limits(limits).ok()?;
            Some(decoder.into_frames().take(2).count() > 1)
        }
        ImageFormat::Png => PngDecoder::new(Cursor::new(bytes)).ok()?.is_apng().ok(),
        ImageFormat::WebP => Some(WebPDecoder::new(Cursor::new(bytes)).ok()?.has_animation()),
        _ => Some(false),
    }
}

#[cfg(test)]
mod tests {
    use image::{Frame, RgbaImage, codecs::gif::GifEncoder};

    use super::*;

    fn written(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
        let mut out = Cursor::new(Vec::new());
        image.write_to(&mut out, format).unwrap();
        out.into_inner()
    }

    #[test]
    fn every_kind_of_image_becomes_a_small_jpeg_in_its_proportions() {
        let image = DynamicImage::ImageRgb8(RgbImage::from_pixel(1_200, 600, Rgb([200, 30, 30])));
        for format in [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Gif, ImageFormat::WebP] {
            let small = shrink(&written(&image, format), format).unwrap();
            let read = image::load_from_memory_with_format(&small, ImageFormat::Jpeg).unwrap();
            assert_eq!((read.width(), read.height()), (480, 240), "{format:?}");
        }
        let tiny = DynamicImage::ImageRgba8(RgbaImage::new(3, 2));
        let small = shrink(&written(&tiny, ImageFormat::Png), ImageFormat::Png).unwrap();
        let read = image::load_from_memory(&small).unwrap().to_rgb8();
        assert_eq!((read.width(), read.height()), (3, 2));
        assert!(read.get_pixel(0, 0).0.iter().all(|colour| *colour > 250));
    }

    #[test]
    fn what_moves_lies_or_is_cut_off_has_none() {
        let mut gif = Vec::new();
        GifEncoder::new(&mut gif).encode_frames((0..2).map(|_| Frame::new(RgbaImage::new(8, 8)))).unwrap();
        assert_eq!(shrink(&gif, ImageFormat::Gif), None);
        let image = DynamicImage::ImageRgb8(RgbImage::new(100, 100));
        let png = written(&image, ImageFormat::Png);
        assert_eq!(shrink(&png, ImageFormat::Jpeg), None);
        assert_eq!(shrink(&png[..60], ImageFormat::Png), None);
        // A header that claims 30,000 × 30,000 pixels: refused before a pixel is read.
        let mut huge = png.clone();
        huge[16..24].copy_from_slice(&[30_000_u32.to_be_bytes(), 30_000_u32.to_be_bytes()].concat());
        assert_eq!(shrink(&huge, ImageFormat::Png), None);
        for at in 0..png.len() {
            let mut broken = png.clone();
            broken[at] ^= 0x55;
            // Whatever comes of it, nothing panics.
            let _ = shrink(&broken, ImageFormat::Png);
        }
    }
}
