//! How WeChat proves who calls, and how what it says is sealed: SHA-1 over the sorted parts, and
//! AES-256-CBC padded to 32 bytes.

use aes::Aes256;
use base64::{
    Engine as _,
    alphabet::STANDARD,
    engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig},
    prelude::BASE64_STANDARD,
};
use cbc::cipher::{BlockModeDecrypt as _, BlockModeEncrypt as _, KeyIvInit as _, block_padding::NoPadding};
use sha1::{Digest as _, Sha1};

/// Characters of an EncodingAESKey.
const KEY: usize = 43;
/// What the sealed text is filled up to a multiple of, in bytes.
const BLOCK: usize = 32;
/// Random bytes before the text, and the four that say how long it is.
const HEAD: usize = 20;
/// Sealed bytes at most: more than any message has.
const LARGEST: usize = 512 * 1024;

/// The last character of a key holds two bits more than it should: WeChat lets them be anything.
const KEYS: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a sealed text cannot be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is no base64, too long, or no whole blocks.
    Malformed,
    /// What comes out is no text: another key, or it was changed on the way.
    Key,
    /// It was sealed for somebody else.
    Receiver,
}

/// What seals and opens: an EncodingAESKey, and for whom it is sealed.
#[derive(Clone)]
pub(crate) struct Seal {
    key: [u8; 32],
    receiver: String,
}

impl Seal {
    /// With this EncodingAESKey, for this AppID or CorpID; none when it is no key.
    pub(crate) fn new(key: &str, receiver: &str) -> Option<Self> {
        if key.len() != KEY || !key.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return None;
        }
        let key = KEYS.decode(key).ok()?.try_into().ok()?;
        Some(Self { key, receiver: receiver.to_owned() })
    }

    /// The text that was sealed for us.
    ///
    /// # Errors
    /// [`Broken`].
    pub(crate) fn open(&self, sealed: &str) -> Result<String, Broken> {
        if sealed.len() > LARGEST {
            return Err(Broken::Malformed);
        }
        let mut bytes = BASE64_STANDARD.decode(sealed).map_err(|_| Broken::Malformed)?;
        if bytes.is_empty() || bytes.len() % 16 != 0 {
            return Err(Broken::Malformed);
        }
        let opener = cbc::Decryptor::<Aes256>::new((&self.key).into(), (&self.start()).into());
        let plain = opener.decrypt_padded::<NoPadding>(&mut bytes).map_err(|_| Broken::Malformed)?;
        let filled = usize::from(*plain.last().ok_or(Broken::Key)?);
        let fits = (1..=BLOCK).contains(&filled) && filled <= plain.len();
        if !fits || plain[plain.len() - filled..].iter().any(|byte| usize::from(*byte) != filled) {
            return Err(Broken::Key);
        }
        let plain = &plain[..plain.len() - filled];
        let length: [u8; 4] = plain.get(16..HEAD).and_then(|four| four.try_into().ok()).ok_or(Broken::Key)?;
        let end = usize::try_from(u32::from_be_bytes(length)).ok().and_then(|length| length.checked_add(HEAD));
        let text = end.and_then(|end| Some((plain.get(HEAD..end)?, plain.get(end..)?)));
        let (text, receiver) = text.ok_or(Broken::Key)?;
        if receiver != self.receiver.as_bytes() {
            return Err(Broken::Receiver);
        }
        String::from_utf8(text.to_vec()).map_err(|_| Broken::Key)
    }

    /// Seals a text, with these random bytes before it.
    pub(crate) fn close(&self, text: &str, random: [u8; 16]) -> String {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX).to_be_bytes();
        let mut bytes = [&random[..], &length, text.as_bytes(), self.receiver.as_bytes()].concat();
        let fill = BLOCK - bytes.len() % BLOCK;
        bytes.resize(bytes.len() + fill, u8::try_from(fill).unwrap_or_default());
        let whole = bytes.len();
        let closer = cbc::Encryptor::<Aes256>::new((&self.key).into(), (&self.start()).into());
        match closer.encrypt_padded::<NoPadding>(&mut bytes, whole) {
            Ok(sealed) => BASE64_STANDARD.encode(sealed),
            // Whole blocks need no room.
            Err(_) => String::new(),
        }
    }

    fn start(&self) -> [u8; 16] {
        let mut start = [0; 16];
        start.copy_from_slice(&self.key[..16]);
        start
    }
}

/// The mark of these parts: SHA-1 of them in their order as texts, in lower-case hexadecimal digits.
pub(crate) fn mark(parts: &[&str]) -> String {
    let mut parts = parts.to_vec();
    parts.sort_unstable();
    kernel::hex(Sha1::digest(parts.concat()))
}

/// Whether `shown` is the mark of these parts; takes as long for one that is nearly right.
pub(crate) fn is_mark(shown: &str, parts: &[&str]) -> bool {
    let expected = mark(parts);
    let differs = expected.bytes().zip(shown.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other));
    expected.len() == shown.len() && differs == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    // The examples that Tencent publishes with its own implementations.
    const APP: (&str, &str) = ("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wxb11529c136998cb6");
    const CORP: (&str, &str) = ("jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C", "wx5823bf96d3bd56c7");
    const ECHO: &str = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE7OaBO+FZXvnaqQ==";

    fn seal((key, receiver): (&str, &str)) -> Seal {
        Seal::new(key, receiver).unwrap()
    }

    #[test]
    fn the_published_examples_come_out_as_published() {
        let sealed = "jn1L23DB+6ELqJ+6bruv21Y6MD7KeIfP82D6gU39rmkgczbWwt5+3bnyg5K55bgVtVzd832WzZGMhkP72vVOfg==";
        assert_eq!(seal(APP).close("我是中文abcd123", *b"aaaabbbbccccdddd"), sealed);
        assert_eq!(seal(APP).open(sealed).unwrap(), "我是中文abcd123");
        assert_eq!(seal(CORP).open(ECHO).unwrap(), "1616140317555161061");
        let parts = ["QDG6eK", "1409659589", "263014780", ECHO];
        assert!(is_mark("5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3", &parts));
        for other in ["5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd4", "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd", ""] {
            assert!(!is_mark(other, &parts), "{other}");
        }
    }

    #[test]
    fn what_is_sealed_opens_whatever_its_length() {
        for length in 0..70 {
            let text = "字".repeat(length);
            assert_eq!(seal(APP).open(&seal(APP).close(&text, [7; 16])).unwrap(), text);
        }
    }

    #[test]
    fn what_was_changed_or_is_for_others_stays_shut() {
        let sealed = seal(APP).close("<xml/>", [7; 16]);
        assert_eq!(seal((APP.0, "wx0000000000000000")).open(&sealed), Err(Broken::Receiver));
        assert_eq!(seal((CORP.0, APP.1)).open(&sealed), Err(Broken::Key));
        for broken in ["", "!", "AAAA", &sealed[4..]] {
            assert!(seal(APP).open(broken).is_err(), "{broken}");
        }
        let mut bytes = BASE64_STANDARD.decode(&sealed).unwrap();
        for at in 0..bytes.len() {
            bytes[at] ^= 0x40;
            // A change in the random part is no change of the text: it is what the mark is for.
            if let Ok(text) = seal(APP).open(&BASE64_STANDARD.encode(&bytes)) {
                assert!(at < 16 || text != "<xml/>", "{at}");
            }
            bytes[at] ^= 0x40;
        }
        assert_eq!(seal(APP).open(&"A".repeat(LARGEST + 4)), Err(Broken::Malformed));
    }

    #[test]
    fn a_key_has_43_letters_and_digits() {
        // The last character's spare bits may be set.
        assert!(Seal::new("abcdefghijklmnopqrstuvwxyz0123456789ABCDEFH", "a").is_some());
        for key in
            ["", "short", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEF=", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGH"]
        {
            assert!(Seal::new(key, "a").is_none(), "{key}");
        }
    }
}
