//! How much a mail may be, so that reading one never costs more than it is worth.

use std::{borrow::Cow, sync::LazyLock};

use mail_parser::Message;
use regex::bytes::Regex;
use store::text_enum;

/// The largest mail that is fetched, in bytes; of a larger one only its header is.
pub(crate) const LARGEST: usize = 40 << 20;
/// Multiparts in one mail at most.
const MOST_MULTIPARTS: usize = 60;
/// Mails within a mail at most.
const MOST_LETTERS: usize = 20;
/// Parts at most.
const MOST_PARTS: usize = 400;

text_enum! {
    /// Why a mail could not be read.
    pub(crate) enum Unreadable {
        /// It is no mail.
        Malformed = "malformed",
        /// It does not say from whom it is.
        NoSender = "no_sender",
        /// It is larger than is taken.
        TooLarge = "too_large",
        /// It has more parts, or mails within mails, than any letter has.
        TooDeep = "too_deep",
        /// It was read, and could not be kept.
        Refused = "refused",
    }
}

static KIND: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)(?m)^content-type[ \t]*:[^\r\n]*(\r?\n[ \t][^\r\n]*)*").expect("a fixed pattern")
});
static ENCODED: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i-u)(?m)^content-transfer-encoding[ \t]*:[ \t\r\n]*[^\r\n]*(base64|quoted)")
        .expect("a fixed pattern")
});
static LETTER: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i-u)message|rfc822|digest").expect("a fixed pattern"));
static MULTIPART: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i-u)multipart").expect("a fixed pattern"));

/// Refuses before anything is read what would cost too much to read.
pub(crate) fn check(raw: &[u8]) -> Result<(), Unreadable> {
    if raw.len() > LARGEST {
        return Err(Unreadable::TooLarge);
    }
    let (mut letters, mut multiparts) = (0, 0);
    for found in KIND.find_iter(raw) {
        letters += usize::from(LETTER.is_match(found.as_bytes()));
        multiparts += usize::from(MULTIPART.is_match(found.as_bytes()));
        if letters > MOST_LETTERS || multiparts > MOST_MULTIPARTS {
            return Err(Unreadable::TooDeep);
        }
    }
    Ok(())
}

/// A mail within a mail that is hidden in base64 could not be counted: no honest one is, and it is
/// taken for an attachment like any other.
pub(crate) fn without_hidden_letters(raw: &[u8]) -> Cow<'_, [u8]> {
    let mut raw = Cow::Borrowed(raw);
    let mut changes = Vec::new();
    for found in KIND.find_iter(&raw) {
        if !LETTER.is_match(found.as_bytes()) {
            continue;
        }
        // Both stand in one block of lines, or they are not of one part.
        let from = blank_before(&raw, found.start());
        let to = blank_after(&raw, found.end());
        if ENCODED.is_match(&raw[from..to]) {
            changes.extend(LETTER.find_iter(found.as_bytes()).map(|one| found.start() + one.start()));
        }
    }
    for at in changes {
        raw.to_mut()[at] = b'x';
    }
    raw
}

fn blank_before(raw: &[u8], at: usize) -> usize {
    let mut from = at;
    while from > 0 {
        let line = raw[..from - 1].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
        if raw[line..from].iter().all(u8::is_ascii_whitespace) {
            return from;
        }
        from = line;
        if at - from > 64 * 1024 {
            break;
        }
    }
    from
}

fn blank_after(raw: &[u8], at: usize) -> usize {
    let mut to = at;
    while to < raw.len() {
        let end = raw[to..].iter().position(|byte| *byte == b'\n').map_or(raw.len(), |end| to + end + 1);
        if to > at && raw[to..end].iter().all(u8::is_ascii_whitespace) {
            return to;
        }
        to = end;
        if to - at > 64 * 1024 {
            break;
        }
    }
    to
}

/// Refuses what turned out to be too much.
pub(crate) fn check_parts(message: &Message<'_>) -> Result<(), Unreadable> {
    if message.parts.len() > MOST_PARTS { Err(Unreadable::TooDeep) } else { Ok(()) }
}
