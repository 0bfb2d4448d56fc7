//! The measure of an image, read from its header: nothing is decoded.

/// Pixels across and down. None when the header does not tell, or tells nothing sensible.
pub(crate) fn measure(mime: &str, head: &[u8]) -> Option<(u32, u32)> {
    let (width, height) = match mime {
        "image/png" => (big(head, 16, 4)?, big(head, 20, 4)?),
        "image/gif" => (little(head, 6, 2)?, little(head, 8, 2)?),
        "image/webp" => webp(head)?,
        "image/jpeg" => jpeg(head)?,
        _ => return None,
    };
    (width > 0 && height > 0).then_some((width, height))
}

fn big(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(count)?)?;
    Some(bytes.iter().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

fn little(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let bytes = bytes.get(at..at.checked_add(count)?)?;
    Some(bytes.iter().rev().fold(0, |number, byte| number << 8 | u32::from(*byte)))
}

fn webp(head: &[u8]) -> Option<(u32, u32)> {
    match head.get(12..16)? {
        // Lossy: 14 bits each, after the key frame's start code.
        b"VP8 " => Some((little(head, 26, 2)? & 0x3fff, little(head, 28, 2)? & 0x3fff)),
        // Lossless: 14 bits each, less one, after the signature.
        b"VP8L" => {
            let bits = little(head, 21, 4)?;
            Some(((bits & 0x3fff) + 1, (bits >> 14 & 0x3fff) + 1))
        }
        // Extended: 24 bits each, less one.
        b"VP8X" => Some((little(head, 24, 3)? + 1, little(head, 27, 3)? + 1)),
        _ => None,
    }
}

/// Walks the segments up to the frame header.
fn jpeg(head: &[u8]) -> Option<(u32, u32)> {
    let mut at = 2;
    loop {
        if *head.get(at)? != 0xff {
            return None;
        }
        match *head.get(at + 1)? {
            // Fill bytes may stand before a marker.
            0xff => at += 1,
            // These stand alone.
            0x01 | 0xd0..=0xd8 => at += 2,
            // A frame header; c4, c8 and cc are tables.
            0xc0..=0xc3 | 0xc5..=0xc7 | 0xc9..=0xcb | 0xcd..=0xcf => {
                return Some((big(head, at + 7, 2)?, big(head, at + 5, 2)?));
            }
            // The picture begins, or ends, without a frame header.
            0xd9 | 0xda => return None,
            _ => {
                let length = big(head, at + 2, 2)? as usize;
                at += 2 + length.max(2);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_format_tells_its_measure() {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend([0, 0, 2, 0, 0, 0, 1, 0]);
        assert_eq!(measure("image/png", &png), Some((512, 256)));
        assert_eq!(measure("image/gif", b"GIF89a\x02\0\x03\0"), Some((2, 3)));
        let jpeg = b"\xff\xd8\xff\xe0\0\x04ab\xff\xff\xc4\0\x02\xff\xc2\0\x11\x08\0\x10\0\x20";
        assert_eq!(measure("image/jpeg", jpeg), Some((32, 16)));
        let lossy = b"RIFF\0\0\0\0WEBPVP8 \0\0\0\0\0\0\0\x9d\x01\x2a\x40\x01\xf0\0";
        assert_eq!(measure("image/webp", lossy), Some((320, 240)));
        let extended = b"RIFF\0\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0\x3f\x01\0\xef\0\0";
        assert_eq!(measure("image/webp", extended), Some((320, 240)));
        let lossless = b"RIFF\0\0\0\0WEBPVP8L\0\0\0\0\x2f\x3f\xc1\x3b\0";
        assert_eq!(measure("image/webp", lossless), Some((320, 240)));
    }

    #[test]
    fn a_broken_header_tells_nothing() {
        for (mime, head) in [
            ("image/png", &b"\x89PNG"[..]),
            ("image/gif", b"GIF89a\0\0\x03\0"),
            ("image/jpeg", b"\xff\xd8\xff\xda\0\x02"),
            ("image/jpeg", b"\xff\xd8\xff\xe0\xff\xff"),
            ("application/pdf", b"%PDF"),
        ] {
            assert_eq!(measure(mime, head), None);
        }
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_stumble(head in prop::collection::vec(any::<u8>(), 0..400)) {
            for (mime, start) in [("image/png", &b"\x89PNG"[..]), ("image/gif", b"GIF"), ("image/jpeg", b"\xff\xd8\xff"), ("image/webp", b"RIFF\0\0\0\0WEBPVP8")] {
                let _ = measure(mime, &[start, &head].concat());
            }
        }
    }
}
