//! What a stream of bytes is, judged while it passes: nothing of it is believed, little of it is kept.

use sha2::{Digest, Sha256};

use crate::{
    kinds::{Family, Kind, TEXT, split},
    measure::measure,
};

/// The most pixels an image may have: decoded it fills the reader's memory, not ours.
pub(crate) const MOST_PIXELS: u64 = 50_000_000;
/// As much of the beginning as holds every signature, and a JPEG's frame header behind its thumbnails.
const HEAD: usize = 128 * 1024;
/// As much of the end as holds a ZIP archive's directory record with the longest comment.
const TAIL: usize = 22 + 65_535;
/// Where a reader still looks for the beginning of a page, a script or a PDF.
const FRONT: usize = 1_024;
/// What OLE documents begin with: Word, Excel and PowerPoint before 2007.
const OLE: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";

/// Looks at bytes as they pass.
pub(crate) struct Sniffer {
    head: Vec<u8>,
    tail: Vec<u8>,
    size: u64,
    hash: Sha256,
    /// Whether only characters have passed, in an encoding that keeps ASCII.
    plain: bool,
}

/// What the bytes turned out to be.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub kind: &'static Kind,
    pub size: u64,
    pub sha256: String,
    pub measure: Option<(u32, u32)>,
}

impl Sniffer {
    pub(crate) fn new() -> Self {
        Self { head: Vec::new(), tail: Vec::new(), size: 0, hash: Sha256::new(), plain: true }
    }

    /// Bytes so far.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    pub(crate) fn pass(&mut self, bytes: &[u8]) {
        self.size += bytes.len() as u64;
        self.hash.update(bytes);
        let room = HEAD - self.head.len();
        self.head.extend_from_slice(&bytes[..bytes.len().min(room)]);
        self.tail.extend_from_slice(&bytes[bytes.len().saturating_sub(TAIL)..]);
        // Cut now and then, not with each piece.
        if self.tail.len() > 2 * TAIL {
            self.tail.drain(..self.tail.len() - TAIL);
        }
        self.plain = self.plain && !bytes.iter().any(|byte| matches!(byte, 0..=8 | 11 | 14..=31 | 127));
    }

    /// Whether nothing that may follow can make it a file that is taken: it need not be read on.
    pub(crate) fn is_hopeless(&self) -> bool {
        self.head.len() >= 8 * 1024 && !self.plain && self.kind("").is_none()
    }

    /// The verdict over the whole, for a file that came under this name. The error is a field code.
    pub(crate) fn finish(self, name: &str) -> Result<Verdict, &'static str> {
        if self.size == 0 {
            return Err("empty_file");
        }
        let extension = split(name).1.unwrap_or_default();
        let kind = self.kind(&extension).filter(|kind| !self.is_two_things(kind.family)).ok_or("type_refused")?;
        let measure = match kind.family {
            Family::Image => {
                let (width, height) = measure(kind.mime, &self.head).ok_or("unreadable_image")?;
                if u64::from(width) * u64::from(height) > MOST_PIXELS {
                    return Err("too_many_pixels");
                }
                Some((width, height))
            }
            _ => None,
        };
        let sha256 = kernel::hex(self.hash.finalize());
        Ok(Verdict { kind, size: self.size, sha256, measure })
    }

    fn kind(&self, extension: &str) -> Option<&'static Kind> {
        if self.head.starts_with(OLE) {
            // One container for three programs: the name chooses among them, the first when it says nothing.
            let old = ["application/msword", "application/vnd.ms-excel", "application/vnd.ms-powerpoint"];
            return if extension.is_empty() {
                Kind::of(old[0])
            } else {
                Kind::among(&old, extension)
            };
        }
        let found = infer::get(&self.head).map(|found| found.mime_type());
        if found == Some("application/zip") && holds(&self.head, b"[Content_Types].xml") {
            let new = KINDS_OF_2007;
            return Kind::among(&new, extension).or_else(|| Kind::of("application/zip"));
        }
        match found {
            // A page or a script is text too, but not to a browser or a shell.
            Some("text/html" | "text/xml" | "text/x-shellscript") => None,
            Some(mime) if Kind::of(mime).is_some_and(|kind| kind.family != Family::Text) => Kind::of(mime),
            // A text that happens to begin like something else (`BMW …`) is still a text.
            _ if self.plain && !is_markup(&self.head) => Kind::of(TEXT),
            // What spreadsheets call Unicode text: said by a mark of order, and by its name.
            _ if is_wide(&self.head) && ["csv", "tsv", "txt"].contains(&extension) => Kind::of(TEXT),
            _ => None,
        }
    }

    /// Whether another reader would take it for something else than its signature says.
    fn is_two_things(&self, family: Family) -> bool {
        let front = &self.head[..self.head.len().min(FRONT)];
        let pdf_behind = !front.starts_with(b"%PDF-") && holds(front, b"%PDF-");
        match family {
            Family::Text => false,
            Family::Zip => pdf_behind,
            Family::Image | Family::Other => pdf_behind || is_page(front) || ends_as_zip(&self.tail),
        }
    }
}

const KINDS_OF_2007: [&str; 3] = [
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
];

fn holds(whole: &[u8], part: &[u8]) -> bool {
    whole.windows(part.len()).any(|window| window == part)
}

/// Whether a text begins, behind blanks and marks of order, as markup does.
fn is_markup(head: &[u8]) -> bool {
    let head = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
    let next = head.strip_prefix(b"<").and_then(<[u8]>::first);
    next.is_some_and(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'!' | b'?' | b'/'))
}

/// Whether it says that it is UTF-16, and does not begin as markup does.
fn is_wide(head: &[u8]) -> bool {
    let narrow: Vec<u8> = head.iter().skip(2).filter(|byte| **byte != 0).take(FRONT).copied().collect();
    (head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff")) && !is_markup(&narrow) && !is_page(&narrow)
}

fn is_page(front: &[u8]) -> bool {
    let front = front.to_ascii_lowercase();
    [&b"<script"[..], b"<html", b"<svg", b"<!doctype", b"<body", b"<iframe", b"<?php"]
        .iter()
        .any(|tag| holds(&front, tag))
}

/// Whether the end is a ZIP archive's directory record: readers of ZIP look from behind.
fn ends_as_zip(tail: &[u8]) -> bool {
    let starts = tail.windows(4).enumerate().filter(|(_, window)| *window == b"PK\x05\x06");
    starts.map(|(at, _)| &tail[at..]).any(|record| match record.get(20..22) {
        Some(length) => record.len() == 22 + usize::from(length[0]) + (usize::from(length[1]) << 8),
        None => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(name: &str, bytes: &[u8]) -> Result<&'static str, &'static str> {
        let mut sniffer = Sniffer::new();
        bytes.chunks(7).for_each(|piece| sniffer.pass(piece));
        sniffer.finish(name).map(|verdict| verdict.kind.mime)
    }

    fn png(width: u32, height: u32) -> Vec<u8> {
        let mut png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
        png.extend(width.to_be_bytes());
        png.extend(height.to_be_bytes());
        png.extend(b"\x08\x06\0\0\0");
        png
    }

    #[test]
    fn a_text_of_wide_characters_is_one_under_the_name_of_a_table_and_never_a_page() {
        let wide = |text: &str| {
            [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect::<Vec<_>>()
        };
        assert_eq!(judged("名单.csv", &wide("姓名\t手机\n王\t138\n")), Ok("text/plain"));
        for (name, text) in [("a.html", "x"), ("a", "x"), ("a.csv", "<script>x"), ("a.csv", "a <html>")] {
            assert_eq!(judged(name, &wide(text)), Err("type_refused"), "{name} {text}");
        }
    }

    #[test]
    fn bytes_say_what_a_file_is_and_its_name_does_not() {
        assert_eq!(judged("a.exe", &png(1, 1)), Ok("image/png"));
        assert_eq!(judged("a.png", b"%PDF-1.7\n\x80"), Ok("application/pdf"));
        assert_eq!(judged("a.png", "您好，世界".as_bytes()), Ok("text/plain"));
        // 您好 as Chinese editions of Windows write it.
        assert_eq!(judged("a.csv", b"\xc4\xfa\xba\xc3,1\r\n"), Ok("text/plain"));
        assert_eq!(judged("a.txt", b"BMW, not a bitmap"), Ok("text/plain"));
        assert_eq!(judged("a.xls", &[OLE, &[0; 600]].concat()), Ok("application/vnd.ms-excel"));
        let docx = b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x13\0\0\0[Content_Types].xml".to_vec();
        assert!(judged("a.docx", &docx).unwrap().contains("wordprocessingml"));
        assert_eq!(judged("a.jpg", b"PK\x03\x04\x14\0\0\0\0\0\0\0"), Ok("application/zip"));
    }

    #[test]
    fn what_runs_or_carries_scripts_is_refused() {
        for bytes in [
            &b"MZ\x90\0\x03\0\0\0"[..],
            b"\x7fELF\x02\x01\x01\0",
            b"<!DOCTYPE html><html>",
            b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
            b"\xef\xbb\xbf  <svg/>",
            b"<?xml version='1.0'?><svg/>",
            b"  <script>alert(1)</script>",
            b"<img src=x onerror=alert(1)>",
            b"#!/bin/sh\nrm -rf /",
            b"\xca\xfe\xba\xbe\0\0\0\x34",
            b"\0\0\0\0binary",
        ] {
            assert_eq!(judged("a.png", bytes), Err("type_refused"), "{:?}", String::from_utf8_lossy(bytes));
        }
        // An installer in the clothes of a document.
        assert_eq!(judged("a.msi", &[OLE, &[0; 600]].concat()), Err("type_refused"));
        assert_eq!(judged("a.txt", b""), Err("empty_file"));
    }

    #[test]
    fn two_files_in_one_are_refused() {
        let archive = b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x02\0hi";
        assert_eq!(judged("a.png", &[&png(1, 1)[..], b"pixels", archive].concat()), Err("type_refused"));
        assert_eq!(judged("a.gif", b"GIF89a\x01\0\x01\0/*<script>alert(1)</script>*/"), Err("type_refused"));
        assert_eq!(judged("a.png", &[&png(1, 1)[..], b"%PDF-1.7"].concat()), Err("type_refused"));
        // Letters that merely look like the record do no harm.
        assert_eq!(
            judged("a.png", &[&png(1, 1)[..], b"PK\x05\x06 and on it goes, without an end"].concat()),
            Ok("image/png")
        );
    }

    #[test]
    fn an_image_too_large_to_open_is_refused_by_its_header() {
        assert_eq!(judged("a.png", &png(50_000, 1_000)), Ok("image/png"));
        assert_eq!(judged("a.png", &png(50_000, 1_001)), Err("too_many_pixels"));
        assert_eq!(judged("a.png", &png(u32::MAX, u32::MAX)), Err("too_many_pixels"));
        assert_eq!(judged("a.png", &png(0, 10)), Err("unreadable_image"));
        assert_eq!(judged("a.png", b"\x89PNG\r\n\x1a\n"), Err("unreadable_image"));
    }

    #[test]
    fn a_hopeless_stream_is_known_early_and_memory_stays_flat() {
        let mut sniffer = Sniffer::new();
        sniffer.pass(&[b"MZ\x90\0".as_slice(), &[0; 9_000]].concat());
        assert!(sniffer.is_hopeless());
        let mut sniffer = Sniffer::new();
        for _ in 0..100 {
            sniffer.pass(&[b'a'; 100_000]);
        }
        assert!(!sniffer.is_hopeless() && sniffer.head.len() <= HEAD && sniffer.tail.capacity() < 8 * TAIL);
        assert_eq!(sniffer.size(), 10_000_000);
    }
}
