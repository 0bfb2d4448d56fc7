//! The mark that says who made a call, and that nobody changed it.

use hmac::{Hmac, KeyInit, Mac};
use kernel::Timestamp;
use sha2::Sha256;

/// How far the timestamp of a signed call may lie from now, either way, in milliseconds.
pub const WINDOW_MS: i64 = 300_000;
/// The scheme, in front of each mark.
const SCHEME: &str = "v1=";
/// Marks of one call that are looked at.
const MARKS: usize = 4;

/// The marks of a call made at `at`, one for each secret: `v1=<64 hexadecimal digits>`, with `, ` between.
pub fn sign(secrets: &[String], at: Timestamp, body: &[u8]) -> String {
    let marks = secrets.iter().map(|secret| {
        let mark = mac(secret, &at.to_string(), body).finalize().into_bytes();
        format!("{SCHEME}{}", kernel::hex(mark))
    });
    marks.collect::<Vec<_>>().join(", ")
}

/// Whether one of these secrets made one of these marks for this timestamp, as it was written, and this
/// body. Takes as long for one that is nearly right.
pub fn is_signed(secrets: &[String], timestamp: &str, body: &[u8], marks: &str) -> bool {
    let given = marks.split(',').take(MARKS).filter_map(|mark| unhex(mark.trim().strip_prefix(SCHEME)?));
    given.fold(false, |good, mark| {
        secrets.iter().fold(good, |good, secret| mac(secret, timestamp, body).verify_slice(&mark).is_ok() || good)
    })
}

fn mac(secret: &str, timestamp: &str, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    mac
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    (rest.is_empty() && text.len() == 64).then_some(())?;
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mark_is_the_published_one() {
        // printf '1795140000000.{"id":"1"}' | openssl dgst -sha256 -hmac secret
        let marks = sign(&["secret".into()], Timestamp::from_millis(1_795_140_000_000), b"{\"id\":\"1\"}");
        assert_eq!(marks, PUBLISHED);
    }

    const PUBLISHED: &str = "v1=7810eea7f719cc74fd2ef68c53315195a3a05c0ac52fe6c9426ab617908a9f0c";

    #[test]
    fn only_a_secret_that_is_good_marks_this_body_at_this_moment() {
        let secrets = ["new".to_owned(), "old".to_owned()];
        let at = Timestamp::from_millis(1_000);
        let both = sign(&secrets, at, b"body");
        assert_eq!(both.matches("v1=").count(), 2);
        let good = |marks: &str| is_signed(&secrets, "1000", b"body", marks);
        assert!(
            good(&both) && good(&sign(&secrets[1..], at, b"body")) && good(&both.to_uppercase().replace("V1=", "v1="))
        );
        assert!(is_signed(&secrets[1..], "1000", b"body", &both));
        for forged in
            ["", "v1=", "v1=zz", &both[3..67], &both.replace("v1=", "v2="), &sign(&["other".into()], at, b"body")]
        {
            assert!(!good(forged), "{forged}");
        }
        assert!(!is_signed(&secrets, "1001", b"body", &both) && !is_signed(&secrets, "1000", b"bodz", &both));
        assert!(!is_signed(&[], "1000", b"body", &both));
        // What is cut elsewhere is another call.
        assert!(!is_signed(&secrets, "1000.body", b"", &both));
    }
}
