//! Visitor tokens: what a visitor's browser shows to be known again.
//!
//! A token says who, where and until when, and is signed with a key of this installation:
//! `v1.<customer>.<channel>.<expiry in ms>.<HMAC-SHA256, hex>`, or `i1.…` for somebody of whom the
//! embedding site proved who they are. Nothing is kept about it.

use std::sync::Arc;

use hmac::{Hmac, KeyInit, Mac};
use http::App;
use kernel::{Error, Origin, Result, Timestamp, Visitor};
use sha2::Sha256;
use tokio::sync::OnceCell;

use crate::queries;

/// How long a stranger's token is good, in milliseconds: 180 days from its issue.
const GOOD: i64 = 180 * 24 * 3_600_000;
/// How long a proven visitor's is: a day. It only carries their uploads; a new connection needs new proof.
const GOOD_PROVEN: i64 = 24 * 3_600_000;
const PURPOSE: &str = "visitor_tokens";
const STRANGER: &str = "v1";
const PROVEN: &str = "i1";
/// No token is longer; a longer text is not even looked at.
const LONGEST: usize = 200;

/// What a token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Who, and on which channel.
    pub visitor: Visitor,
    /// Whether the embedding site had proved who they are.
    pub proven: bool,
}

/// The key visitor tokens are signed with. Cheap to clone.
#[derive(Clone)]
pub struct VisitorKey(Arc<Vec<u8>>);

/// The key of this installation, once it was needed: a part of the app.
#[derive(Default)]
pub struct VisitorTokens(OnceCell<VisitorKey>);

impl VisitorTokens {
    /// The key; made and kept in the database on the very first use.
    ///
    /// # Errors
    /// From the database.
    pub async fn key(&self, app: &App) -> Result<VisitorKey> {
        // Remembered only after its transaction: what another one read back may never have been kept.
        let key = self.0.get_or_try_init(async || {
            let text = app
                .db()
                .write(&Origin::system("channels"), |tx| {
                    if let Some(kept) = queries::secret(tx, PURPOSE)? {
                        return Ok(kept);
                    }
                    let (new, now) = (tx.rng().secret(), tx.now());
                    queries::insert_secret(tx, PURPOSE, &new, now)?;
                    queries::secret(tx, PURPOSE)?.ok_or_else(|| Error::internal("a secret was not kept"))
                })
                .await?;
            let bytes = unhex(&text).filter(|bytes| bytes.len() == 32);
            bytes.map(|bytes| VisitorKey(Arc::new(bytes))).ok_or_else(|| Error::internal("a broken secret"))
        });
        key.await.cloned()
    }
}

impl VisitorKey {
    /// A token that says this: good for 180 days for a stranger, for a day for a proven visitor.
    pub fn issue(&self, shown: Shown, now: Timestamp) -> String {
        let (version, good) = if shown.proven { (PROVEN, GOOD_PROVEN) } else { (STRANGER, GOOD) };
        let Visitor { customer, channel } = shown.visitor;
        let claim = format!("{version}.{customer}.{channel}.{}", now.plus_millis(good));
        let mark: String = kernel::hex(self.mac(&claim).finalize().into_bytes());
        format!("{claim}.{mark}")
    }

    /// What this token says.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is forged, broken or no longer good.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<Shown> {
        self.read(token, now).ok_or(Error::Unauthenticated)
    }

    fn read(&self, token: &str, now: Timestamp) -> Option<Shown> {
        let (claim, mark) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST)?;
        // `verify_slice` takes as long for a mark that is nearly right.
        self.mac(claim).verify_slice(&unhex(mark)?).ok()?;
        let mut parts = claim.split('.');
        let mut part = || parts.next();
        let proven = match part()? {
            STRANGER => false,
            PROVEN => true,
            _ => return None,
        };
        let visitor = Visitor { customer: part()?.parse().ok()?, channel: part()?.parse().ok()? };
        let until = part()?.parse().map(Timestamp::from_millis).ok()?;
        (now < until).then_some(Shown { visitor, proven })
    }

    fn mac(&self, claim: &str) -> Hmac<Sha256> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).expect("HMAC takes keys of any length");
        mac.update(claim.as_bytes());
        mac
    }
}

pub(crate) fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    rest.is_empty().then_some(())?;
    pairs.iter().map(|[high, low]| Some(digit(*high)? << 4 | digit(*low)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visitor() -> Shown {
        let customer = "cus_01jd3k5v2pf6z8q0w4x7y9abcd".parse().unwrap();
        let visitor = Visitor { customer, channel: "chn_01jd3k5v2pf6z8q0w4x7y9abce".parse().unwrap() };
        Shown { visitor, proven: false }
    }

    #[test]
    fn a_token_is_good_for_180_days_and_names_its_visitor() {
        let (key, now) = (VisitorKey(Arc::new(vec![7; 32])), Timestamp::from_millis(1_000));
        let token = key.issue(visitor(), now);
        assert!(token.len() <= LONGEST);
        assert_eq!(key.verify(&token, now).unwrap(), visitor());
        assert_eq!(key.verify(&token, now.plus_millis(GOOD - 1)).unwrap(), visitor());
        assert!(matches!(key.verify(&token, now.plus_millis(GOOD)), Err(Error::Unauthenticated)));
        // A clock set back does not turn a visitor away.
        assert!(key.verify(&token, Timestamp::from_millis(0)).is_ok());
    }

    #[test]
    fn a_proven_visitors_token_is_good_for_a_day_and_says_so() {
        let (key, now) = (VisitorKey(Arc::new(vec![7; 32])), Timestamp::from_millis(1_000));
        let token = key.issue(Shown { proven: true, ..visitor() }, now);
        assert!(key.verify(&token, now).unwrap().proven);
        assert!(key.verify(&token, now.plus_millis(GOOD_PROVEN)).is_err());
        assert!(key.verify(&format!("v1{}", &token[2..]), now).is_err());
    }

    #[test]
    fn no_other_text_is_a_token() {
        let (key, now) = (VisitorKey(Arc::new(vec![7; 32])), Timestamp::from_millis(1_000));
        let token = key.issue(visitor(), now);
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'0' { b'1' } else { b'0' };
            assert!(key.verify(std::str::from_utf8(&forged).unwrap(), now).is_err(), "byte {at}");
            assert!(key.verify(&token[..at], now).is_err());
        }
        assert!(VisitorKey(Arc::new(vec![8; 32])).verify(&token, now).is_err());
        for text in [
            "",
            ".",
            "....",
            "v1....",
            &"a".repeat(1 << 20),
            &token.to_uppercase(),
            &format!("{token}00"),
            "客.户.令.牌.符",
        ] {
            assert!(matches!(key.verify(text, now), Err(Error::Unauthenticated)));
        }
    }
}
