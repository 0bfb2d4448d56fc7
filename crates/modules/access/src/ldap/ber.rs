//! The encoding LDAP speaks (BER, with lengths told before): what we say, and careful reading of what is said.

/// Of a set or a sequence.
pub(super) const SEQUENCE: u8 = 0x30;
pub(super) const SET: u8 = 0x31;
pub(super) const BOOLEAN: u8 = 0x01;
pub(super) const INTEGER: u8 = 0x02;
pub(super) const OCTETS: u8 = 0x04;
pub(super) const ENUMERATED: u8 = 0x0a;

/// One piece: what it is, how long, and what.
pub(super) fn piece(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut all = vec![tag];
    let length = content.len();
    if length < 0x80 {
        all.push(u8::try_from(length).unwrap_or_default());
    } else {
        let bytes = length.to_be_bytes();
        let from = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
        all.push(0x80 | u8::try_from(bytes.len() - from).unwrap_or_default());
        all.extend_from_slice(&bytes[from..]);
    }
    all.extend_from_slice(content);
    all
}

/// A number, not below zero.
pub(super) fn number(tag: u8, value: u32) -> Vec<u8> {
    let bytes = value.to_be_bytes();
    let from = bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len() - 1);
    let mut content = Vec::from(&bytes[from..]);
    // The first bit would say that it is negative.
    if content[0] & 0x80 != 0 {
        content.insert(0, 0);
    }
    piece(tag, &content)
}

/// How long the piece is that begins here, with its head; none: more must come first.
///
/// # Errors
/// When it is none, or longer than `most`.
pub(super) fn whole(bytes: &[u8], most: usize) -> Result<Option<usize>, &'static str> {
    let [_, first, rest @ ..] = bytes else { return Ok(None) };
    let (head, length) = match first {
        0..=0x7f => (2, usize::from(*first)),
        0x81..=0x84 => {
            let count = usize::from(first & 0x7f);
            if rest.len() < count {
                return Ok(None);
            }
            (2 + count, rest[..count].iter().fold(0, |sum, byte| (sum << 8) | usize::from(*byte)))
        }
        _ => return Err("a length that is none"),
    };
    if length > most {
        return Err("more than is read");
    }
    Ok((bytes.len() >= head + length).then_some(head + length))
}

/// Pieces one after another.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a>(pub(super) &'a [u8]);

impl<'a> Reader<'a> {
    /// The next piece; none at the end, or where there is no whole one.
    pub(super) fn next(&mut self) -> Option<(u8, &'a [u8])> {
        let size = whole(self.0, usize::MAX >> 8).ok()??;
        let head = 2 + usize::from(if self.0[1] < 0x80 { 0 } else { self.0[1] & 0x7f });
        let (tag, content) = (self.0[0], &self.0[head..size]);
        self.0 = &self.0[size..];
        Some((tag, content))
    }

    /// The next piece, if it is of this kind.
    pub(super) fn of(&mut self, tag: u8) -> Option<&'a [u8]> {
        self.next().filter(|(found, _)| *found == tag).map(|(_, content)| content)
    }

    /// The next number of this kind, not below zero.
    pub(super) fn number(&mut self, tag: u8) -> Option<u32> {
        let content = self.of(tag)?;
        let fits = !content.is_empty() && content.len() <= 5 && content[0] & 0x80 == 0;
        let value = content.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        u32::try_from(value).ok().filter(|_| fits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_said_is_read_again_and_what_is_cut_or_lies_is_not() {
        for size in [0, 1, 127, 128, 255, 256, 70_000] {
            let content = vec![7; size];
            let said = piece(OCTETS, &content);
            assert_eq!(whole(&said, 100_000), Ok(Some(said.len())));
            assert_eq!(Reader(&said).of(OCTETS), Some(&content[..]));
            assert_eq!(Reader(&said[..said.len() - 1]).next(), None);
        }
        for value in [0, 1, 127, 128, 255, 256, u32::MAX] {
            assert_eq!(Reader(&number(INTEGER, value)).number(INTEGER), Some(value));
        }
        assert_eq!(number(INTEGER, 128), [2, 2, 0, 128]);
        assert!(whole(&[OCTETS, 0x80], 10).is_err(), "a length that is told at the end");
        assert!(whole(&[OCTETS, 0x84, 0xff, 0xff, 0xff, 0xff], 10).is_err());
        assert!(whole(&[OCTETS, 0x88, 1, 1, 1, 1, 1, 1, 1, 1], 10).is_err());
        assert_eq!(Reader(&[INTEGER, 1, 0xff]).number(INTEGER), None);
        assert_eq!(Reader(&[INTEGER, 0]).number(INTEGER), None);
        assert_eq!(Reader(&[INTEGER, 6, 0, 0, 0, 0, 0, 1]).number(INTEGER), None);
    }
}
