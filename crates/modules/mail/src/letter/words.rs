//! Headers as people read them: encoded words, also where a mailer cut a character in two, and raw
//! bytes of whichever charset.

use mail_parser::decoders::{base64::base64_decode, quoted_printable::quoted_printable_decode_char};

use super::charset;

/// A piece of a header.
enum Piece<'a> {
    Plain(&'a [u8]),
    Word { charset: String, bytes: Vec<u8> },
}

/// The text of an unstructured header, on one line and without control characters.
pub(crate) fn read(raw: &[u8]) -> String {
    let mut text = String::new();
    let mut open: Option<(String, Vec<u8>)> = None;
    for piece in pieces(raw) {
        match (piece, &mut open) {
            // Blank between two words is none of the text; words of one charset are one run of bytes.
            (Piece::Plain(blank), Some(_)) if blank.iter().all(u8::is_ascii_whitespace) => {}
            (Piece::Word { charset, bytes }, Some((same, all))) if *same == charset => all.extend(bytes),
            (Piece::Word { charset, bytes }, open) => {
                if let Some((charset, bytes)) = open.replace((charset, bytes)) {
                    text.push_str(&charset::decode(Some(&charset), &bytes));
                }
            }
            (Piece::Plain(plain), open) => {
                if let Some((charset, bytes)) = open.take() {
                    text.push_str(&charset::decode(Some(&charset), &bytes));
                }
                text.push_str(&charset::guess(plain, false));
            }
        }
    }
    if let Some((charset, bytes)) = open {
        text.push_str(&charset::decode(Some(&charset), &bytes));
    }
    one_line(&text)
}

/// One line: no control characters, none that turn the direction of writing, no blanks in a row.
pub(crate) fn one_line(text: &str) -> String {
    let shows = |c: &char| !matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let plain: String =
        text.chars().map(|c| if c.is_control() || c.is_whitespace() { ' ' } else { c }).filter(shows).collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a header's value is made of: `=?charset?encoding?text?=` and what stands between.
fn pieces(raw: &[u8]) -> Vec<Piece<'_>> {
    let (mut all, mut from, mut at) = (Vec::new(), 0, 0);
    while at + 1 < raw.len() {
        if raw[at..].starts_with(b"=?")
            && let Some((word, length)) = word(&raw[at..])
        {
            if from < at {
                all.push(Piece::Plain(&raw[from..at]));
            }
            all.push(word);
            at += length;
            from = at;
        } else {
            at += 1;
        }
    }
    if from < raw.len() {
        all.push(Piece::Plain(&raw[from..]));
    }
    all
}

fn word(raw: &[u8]) -> Option<(Piece<'static>, usize)> {
    let mut marks = raw.iter().enumerate().skip(2).filter(|(_, byte)| **byte == b'?').map(|(at, _)| at);
    let (first, second) = (marks.next()?, marks.next()?);
    if first > 80 || second != first + 2 {
        return None;
    }
    // A `?` may stand in the text itself: the end is the first one with `=` behind it.
    let end = marks.find(|at| raw.get(at + 1) == Some(&b'='))?;
    let body: Vec<u8> = raw[second + 1..end].iter().copied().filter(|byte| !b"\r\n".contains(byte)).collect();
    let bytes = match raw[first + 1] {
        b'B' | b'b' => base64(&body)?,
        b'Q' | b'q' => quoted(&body),
        _ => return None,
    };
    let label = String::from_utf8_lossy(&raw[2..first]).to_ascii_lowercase();
    let charset = label.split('*').next().unwrap_or_default().to_owned();
    Some((Piece::Word { charset, bytes }, end + 2))
}

/// Base64 as mailers write it: blanks inside, padding forgotten.
pub(crate) fn base64(body: &[u8]) -> Option<Vec<u8>> {
    let mut plain: Vec<u8> = body.iter().copied().filter(|byte| !byte.is_ascii_whitespace() && *byte != b'=').collect();
    if plain.len() % 4 == 1 {
        plain.pop();
    }
    while !plain.len().is_multiple_of(4) {
        plain.push(b'=');
    }
    if plain.is_empty() { Some(Vec::new()) } else { base64_decode(&plain) }
}

fn quoted(body: &[u8]) -> Vec<u8> {
    let (mut bytes, mut at) = (Vec::with_capacity(body.len()), 0);
    while at < body.len() {
        match body[at..] {
            [b'=', one, two, ..] if let Some(byte) = quoted_printable_decode_char(one, two) => {
                bytes.push(byte);
                at += 3;
            }
            [b'_', ..] => {
                bytes.push(b' ');
                at += 1;
            }
            _ => {
                bytes.push(body[at]);
                at += 1;
            }
        }
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn words_are_read_in_their_charsets() {
        assert_eq!(read(b"=?GB2312?B?tqm1pTEyMzQ1tcS3osax?="), "订单12345的发票");
        assert_eq!(read(b"=?big5?Q?=A7=DA=AA=BA=ADq=B3=E6?= 42"), "我的訂單 42");
        assert_eq!(read(b"Re: =?utf-8?q?caf=C3=A9_au?= lait"), "Re: café au lait");
        assert_eq!(read(b"=?iso-2022-jp?B?GyRCJDMkcyRLJEEkTxsoQg==?="), "こんにちは");
    }

    #[test]
    fn a_character_cut_in_two_by_a_mailer_is_whole_again() {
        // 你好 in UTF-8, cut after its second byte.
        assert_eq!(read(b"=?utf-8?B?5L0=?=\r\n =?utf-8?B?oOWlvQ==?="), "你好");
        assert_eq!(read("退款".as_bytes()), "退款");
        assert_eq!(read(b"\xcd\xcb\xbf\xee"), "退款");
    }

    #[test]
    fn what_is_no_word_stays_as_it_is() {
        for text in ["=?", "=?utf-8?x?abc?=", "a =? b ?=", "=?utf-8?B?", "1 + 1 =? 2"] {
            assert_eq!(read(text.as_bytes()), one_line(text));
        }
        assert_eq!(read(b"a\r\nBcc: b\0"), "a Bcc: b");
    }

    proptest! {
        #[test]
        fn a_header_is_one_line_whatever_it_was(raw: Vec<u8>) {
            let text = read(&raw);
            prop_assert!(!text.chars().any(char::is_control));
            prop_assert_eq!(&one_line(&text), &text);
        }
    }
}
