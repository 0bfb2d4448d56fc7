//! The alphabets of text messages, and how a long text is cut into parts. Pure.

use store::text_enum;

text_enum! {
    /// Which letters a gateway sends cheaply.
    pub enum Alphabet {
        /// GSM 7-bit: 160 characters, or 153 a part; whatever has none of it goes as UCS-2.
        Gsm7 = "gsm7",
        /// Latin-1: 140 characters, or 134 a part; whatever has none of it goes as UCS-2.
        Latin1 = "latin1",
        /// Always UCS-2: 70 characters, or 67 a part. What Chinese gateways count.
        Ucs2 = "ucs2",
    }
}

/// How the octets of a message are to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    Gsm7,
    Latin1,
    Ucs2,
}

/// Octets of a part that has a header, and of a message that has none.
const OCTETS: (usize, usize) = (134, 140);
/// The same in letters of seven bits.
const SEPTETS: (usize, usize) = (153, 160);
/// Stands before letters of the second table.
const ESCAPE: u8 = 0x1b;

const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\u{1b}ÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTRA: &[(u8, char)] = &[
    (0x0a, '\u{c}'),
    (0x14, '^'),
    (0x28, '{'),
    (0x29, '}'),
    (0x2f, '\\'),
    (0x3c, '['),
    (0x3d, '~'),
    (0x3e, ']'),
    (0x40, '|'),
    (0x65, '€'),
];

impl Coding {
    /// What stands for it in a message.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Gsm7 => 0,
            Self::Latin1 => 3,
            Self::Ucs2 => 8,
        }
    }

    /// What this number says, where letters without a number are these; none for what is no text.
    pub(crate) fn of(number: u8, usual: Alphabet) -> Option<Self> {
        let usual = if usual == Alphabet::Latin1 { Self::Latin1 } else { Self::Gsm7 };
        match number {
            0 => Some(usual),
            1 => Some(Self::Gsm7),
            3 => Some(Self::Latin1),
            8 => Some(Self::Ucs2),
            // The general groups of the GSM scheme: two bits say which alphabet; uncompressed alone.
            0x10..=0x1f | 0x40..=0x5f => match number & 0x2c {
                0x00 => Some(Self::Gsm7),
                0x08 => Some(Self::Ucs2),
                _ => None,
            },
            0xf0..=0xff if number & 4 == 0 => Some(Self::Gsm7),
            _ => None,
        }
    }

    /// The text of these octets. What is no letter is shown as �.
    pub(crate) fn read(self, octets: &[u8]) -> String {
        match self {
            Self::Latin1 => octets.iter().map(|octet| char::from(*octet)).collect(),
            Self::Ucs2 => {
                let units = octets.chunks(2).map(|pair| match *pair {
                    [high, low] => u16::from_be_bytes([high, low]),
                    _ => 0xfffd,
                });
                char::decode_utf16(units).map(|letter| letter.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
            }
            Self::Gsm7 => {
                let basic: Vec<char> = BASIC.chars().collect();
                let mut octets = octets.iter().copied();
                let mut text = String::new();
                while let Some(octet) = octets.next() {
                    let letter = if octet == ESCAPE {
                        let next = octets.next();
                        EXTRA.iter().find(|(at, _)| Some(*at) == next).map(|(_, letter)| *letter)
                    } else {
                        basic.get(usize::from(octet)).copied()
                    };
                    text.push(letter.unwrap_or(char::REPLACEMENT_CHARACTER));
                }
                text
            }
        }
    }

    /// The octets of one letter; none where it has none.
    fn octets(self, letter: char) -> Option<Vec<u8>> {
        match self {
            Self::Ucs2 => {
                let mut units = [0; 2];
                Some(letter.encode_utf16(&mut units).iter().flat_map(|unit| unit.to_be_bytes()).collect())
            }
            Self::Latin1 => u8::try_from(u32::from(letter)).ok().map(|octet| vec![octet]),
            Self::Gsm7 => {
                let basic = BASIC.chars().position(|known| known == letter && letter != '\u{1b}');
                let extra = EXTRA.iter().find(|(_, known)| *known == letter).map(|(at, _)| vec![ESCAPE, *at]);
                basic.and_then(|at| u8::try_from(at).ok()).map(|at| vec![at]).or(extra)
            }
        }
    }

    const fn sizes(self) -> (usize, usize) {
        match self {
            Self::Gsm7 => SEPTETS,
            Self::Latin1 | Self::Ucs2 => OCTETS,
        }
    }
}

/// A text cut into parts that each fit one message; no letter is torn.
pub(crate) fn cut(text: &str, alphabet: Alphabet) -> (Coding, Vec<Vec<u8>>) {
    let first = match alphabet {
        Alphabet::Gsm7 => Coding::Gsm7,
        Alphabet::Latin1 => Coding::Latin1,
        Alphabet::Ucs2 => Coding::Ucs2,
    };
    let written = |coding: Coding| text.chars().map(|letter| coding.octets(letter)).collect::<Option<Vec<_>>>();
    let (coding, letters) = match written(first) {
        Some(letters) => (first, letters),
        None => (Coding::Ucs2, written(Coding::Ucs2).unwrap_or_default()),
    };
    let (part, whole) = coding.sizes();
    if letters.iter().map(Vec::len).sum::<usize>() <= whole {
        return (coding, vec![letters.concat()]);
    }
    let mut parts: Vec<Vec<u8>> = vec![Vec::new()];
    for letter in letters {
        match parts.last_mut() {
            Some(last) if last.len() + letter.len() <= part => last.extend(letter),
            _ => parts.push(letter),
        }
    }
    (coding, parts)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn counted(text: &str, alphabet: Alphabet) -> usize {
        cut(text, alphabet).1.len()
    }

    /// The same cases as in the console, which counts while somebody writes.
    #[test]
    fn a_text_takes_so_many_parts() {
        for (text, alphabet, parts) in [
            ("a".repeat(160), Alphabet::Gsm7, 1),
            ("a".repeat(161), Alphabet::Gsm7, 2),
            ("a".repeat(306), Alphabet::Gsm7, 2),
            ("a".repeat(307), Alphabet::Gsm7, 3),
            ("€".repeat(80), Alphabet::Gsm7, 1),
            ("€".repeat(81), Alphabet::Gsm7, 2),
            // An escaped letter is not torn: 76 pairs a part.
            ("€".repeat(153), Alphabet::Gsm7, 3),
            ("知".repeat(70), Alphabet::Gsm7, 1),
            ("知".repeat(71), Alphabet::Gsm7, 2),
            ("知".repeat(134), Alphabet::Ucs2, 2),
            ("知".repeat(135), Alphabet::Ucs2, 3),
            ("a".repeat(71), Alphabet::Ucs2, 2),
            // Nor is a letter beyond the first plane: 33 a part.
            ("😊".repeat(35), Alphabet::Ucs2, 1),
            ("😊".repeat(67), Alphabet::Ucs2, 3),
            ("é".repeat(140), Alphabet::Latin1, 1),
            ("é".repeat(141), Alphabet::Latin1, 2),
            (String::new(), Alphabet::Gsm7, 1),
        ] {
            assert_eq!(counted(&text, alphabet), parts, "{text} {alphabet:?}");
        }
    }

    #[test]
    fn the_alphabets_are_those_of_the_standard() {
        assert_eq!(
            Coding::Gsm7.read(&[0x48, 0x69, 0x20, 0x1b, 0x65, 0x35, 0x00, 0x1b, 0x00, 0x9f]),
            "Hi €5@\u{fffd}\u{fffd}"
        );
        assert_eq!(BASIC.chars().count(), 128);
        assert_eq!(Coding::Ucs2.read(&[0x90, 0x00, 0x8b, 0xa2, 0xd8]), "退订\u{fffd}");
        assert_eq!(Coding::Latin1.read(&[0x41, 0xe9]), "Aé");
        for (number, usual, coding) in [
            (0, Alphabet::Gsm7, Some(Coding::Gsm7)),
            (0, Alphabet::Latin1, Some(Coding::Latin1)),
            (8, Alphabet::Latin1, Some(Coding::Ucs2)),
            (0x18, Alphabet::Gsm7, Some(Coding::Ucs2)),
            (0x14, Alphabet::Gsm7, None),
            (4, Alphabet::Gsm7, None),
            (0xf4, Alphabet::Gsm7, None),
            (0xf1, Alphabet::Gsm7, Some(Coding::Gsm7)),
            (0xc8, Alphabet::Gsm7, None),
        ] {
            assert_eq!(Coding::of(number, usual), coding, "{number}");
        }
    }

    proptest! {
        #[test]
        fn what_is_cut_is_read_again(text in "[\\PC€\\[\\]a-zé知😊]{0,400}", which in 0_usize..3) {
            let alphabet = [Alphabet::Gsm7, Alphabet::Latin1, Alphabet::Ucs2][which];
            let (coding, parts) = cut(&text, alphabet);
            let (part, whole) = coding.sizes();
            let most = if parts.len() == 1 { whole } else { part };
            prop_assert!(parts.iter().all(|one| one.len() <= most));
            prop_assert_eq!(parts.iter().map(|one| coding.read(one)).collect::<String>(), text);
        }

        #[test]
        fn whatever_comes_is_read(octets: Vec<u8>, number: u8) {
            if let Some(coding) = Coding::of(number, Alphabet::Gsm7) {
                let _ = coding.read(&octets);
            }
        }
    }
}
