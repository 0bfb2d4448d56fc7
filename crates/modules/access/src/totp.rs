//! One-time codes from a shared secret and the clock: RFC 6238 with SHA-1, six digits, thirty seconds,
//! which is what every authenticator app speaks.

use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::Timestamp;
use sha1::Sha1;

/// Seconds of a step.
const STEP: i64 = 30;
const DIGITS: usize = 6;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// The step whose code this is: the one now, the one before or the one after, as clocks differ.
pub(crate) fn step_of(secret: &[u8], shown: &str, now: Timestamp) -> Option<i64> {
    let now = now.millis().div_euclid(1_000 * STEP);
    // All are looked at, so that time does not tell which was near.
    [now - 1, now, now + 1].into_iter().fold(None, |found, step| {
        let expected = code(secret, step);
        let differs = expected.bytes().zip(shown.bytes()).fold(0, |differs, (one, other)| differs | (one ^ other));
        (differs == 0 && shown.len() == expected.len()).then_some(step).or(found)
    })
}

/// The code of a step.
fn code(secret: &[u8], step: i64) -> String {
    let mut mac = Hmac::<Sha1>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(&step.to_be_bytes());
    let hash = mac.finalize().into_bytes();
    let at = usize::from(hash[19] & 0x0f);
    let number = u32::from_be_bytes([hash[at] & 0x7f, hash[at + 1], hash[at + 2], hash[at + 3]]);
    format!("{:0width$}", number % 10_u32.pow(DIGITS as u32), width = DIGITS)
}

/// In base32 without padding, as apps take secrets by hand.
pub(crate) fn spelled(bytes: &[u8]) -> String {
    let digits = (bytes.len() * 8).div_ceil(5);
    let bit = |at: usize| bytes.get(at / 8).map_or(0, |byte| byte >> (7 - at % 8) & 1);
    let digit = |at: usize| (0..5).fold(0, |digit, place| digit << 1 | usize::from(bit(at * 5 + place)));
    (0..digits).map(|at| char::from(ALPHABET[digit(at)])).collect()
}

/// The bytes spelled in base32; none when it is no such spelling.
pub(crate) fn read(text: &str) -> Option<Vec<u8>> {
    let (mut bytes, mut held, mut bits) = (Vec::new(), 0_u32, 0);
    for letter in text.bytes() {
        let digit = ALPHABET.iter().position(|known| *known == letter)?;
        held = (held << 5 | u32::try_from(digit).ok()?) & 0xfff;
        bits += 5;
        if bits >= 8 {
            bits -= 8;
            bytes.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// What an authenticator app reads from the picture.
pub(crate) fn uri(login: &str, spelled: &str) -> String {
    let escaped: String = login
        .bytes()
        .map(|byte| match byte {
            byte if byte.is_ascii_alphanumeric() || b"-._".contains(&byte) => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    format!("otpauth://totp/Zhike:{escaped}?secret={spelled}&issuer=Zhike")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_codes_come_out_as_published() {
        // RFC 6238, appendix B; of its eight digits, the last six.
        let secret = b"12345678901234567890";
        for (seconds, shown) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let at = Timestamp::from_millis(seconds * 1_000);
            assert_eq!(step_of(secret, shown, at), Some(seconds / STEP), "{seconds}");
            for (later, good) in [(-60, false), (-30, true), (30, true), (60, false)] {
                let at = at.plus_millis(later * 1_000);
                assert_eq!(step_of(secret, shown, at).is_some(), good, "{seconds} {later}");
            }
        }
        for wrong in ["", "28708", "2870820", "287083", "２８７０８２"] {
            assert_eq!(step_of(secret, wrong, Timestamp::from_millis(59_000)), None, "{wrong}");
        }
    }

    #[test]
    fn a_secret_is_spelled_as_apps_spell_it() {
        // RFC 4648, section 10.
        for (bytes, text) in
            [("", ""), ("f", "MY"), ("fo", "MZXQ"), ("foo", "MZXW6"), ("fooba", "MZXW6YTB"), ("foobar", "MZXW6YTBOI")]
        {
            assert_eq!(spelled(bytes.as_bytes()), text);
            assert_eq!(read(text).as_deref(), Some(bytes.as_bytes()));
        }
        assert_eq!(read("mzxw6"), None);
        assert_eq!(uri("lin@店", "MZXW6"), "otpauth://totp/Zhike:lin%40%E5%BA%97?secret=MZXW6&issuer=Zhike");
    }
}
