//! Who the embedding site says its visitor is, and whether it proved that.
//!
//! The proof is made on the site's own server with the channel's secret: HMAC-SHA256 over the
//! visitor's id, which stays good until the secret is rotated, or an expiring JSON Web Token.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use kernel::Timestamp;
use serde::Deserialize;
use sha2::Sha256;
use wire::Identity;

use crate::tokens::unhex;

/// Seconds by which the site's clock and ours may differ.
const SKEW: i64 = 60;
/// Seconds ahead at most that a token may expire.
const FURTHEST: i64 = 24 * 3_600;
/// Bytes of a token at most.
const LONGEST: usize = 4_096;
/// Characters of an id at most.
const ID: usize = 150;

/// A visitor of whom the embedding site proved who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proven {
    /// What the customers module knows them by on the channel: never what it knows a stranger by.
    pub external_id: String,
    /// Their name, if the site says one.
    pub name: Option<String>,
}

/// What we must know of a token's head. A list of extensions that must be understood is refused.
#[derive(Deserialize)]
struct Head {
    alg: String,
    crit: Option<serde_json::Value>,
}

/// What we must know of a token's claims; times in seconds.
#[derive(Deserialize)]
struct Claims {
    sub: String,
    exp: f64,
    iat: Option<f64>,
    nbf: Option<f64>,
    name: Option<String>,
}

/// The visitor, if one of these secrets proves the claim: by `hash` or by `jwt`, not by both.
pub(crate) fn prove(secrets: &[String], claim: &Identity, now: Timestamp) -> Option<Proven> {
    let (id, name) = match (&claim.id, &claim.hash, &claim.jwt) {
        (Some(id), Some(hash), None) => {
            let mark = unhex(&hash.to_ascii_lowercase())?;
            signed(secrets, id.as_bytes(), &mark).then_some((id.clone(), claim.name.clone()))?
        }
        (id, None, Some(jwt)) => {
            let claims = read(secrets, jwt, now)?;
            id.as_ref().is_none_or(|id| *id == claims.sub).then_some(())?;
            (claims.sub, claims.name.or_else(|| claim.name.clone()))
        }
        _ => return None,
    };
    let plain = (1..=ID).contains(&id.chars().count()) && id.trim() == id && !id.chars().any(char::is_control);
    plain.then(|| Proven { external_id: format!("id:{id}"), name })
}

fn read(secrets: &[String], token: &str, now: Timestamp) -> Option<Claims> {
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).ok();
    let (signed_part, mark) = token.rsplit_once('.').filter(|_| token.len() <= LONGEST)?;
    let (head, claims) = signed_part.split_once('.').filter(|(_, claims)| !claims.contains('.'))?;
    // Nothing is read of what was not signed.
    signed(secrets, signed_part.as_bytes(), &decode(mark)?).then_some(())?;
    let head: Head = serde_json::from_slice(&decode(head)?).ok()?;
    (head.alg == "HS256" && head.crit.is_none()).then_some(())?;
    let claims: Claims = serde_json::from_slice(&decode(claims)?).ok()?;
    let (now, skew) = (now.millis() as f64 / 1_000.0, SKEW as f64);
    let begun = [claims.iat, claims.nbf].into_iter().flatten().all(|begin| begin <= now + skew);
    let good = now < claims.exp + skew && claims.exp <= now + FURTHEST as f64 + skew;
    (begun && good).then_some(claims)
}

/// Whether one of the secrets made this mark; takes as long for one that is nearly right.
fn signed(secrets: &[String], text: &[u8], mark: &[u8]) -> bool {
    secrets.iter().any(|secret| {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("HMAC takes keys of any length");
        mac.update(text);
        mac.verify_slice(mark).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const NOW: i64 = 1_795_140_000;

    fn mark(secret: &str, text: &str) -> Vec<u8> {
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(text.as_bytes());
        mac.finalize().into_bytes().to_vec()
    }

    fn token(secret: &str, head: &Value, claims: &Value) -> String {
        let text = [head, claims].map(|part| URL_SAFE_NO_PAD.encode(part.to_string())).join(".");
        format!("{text}.{}", URL_SAFE_NO_PAD.encode(mark(secret, &text)))
    }

    fn by(jwt: String) -> Option<Proven> {
        let claim = Identity { jwt: Some(jwt), ..Identity::default() };
        prove(&["new".into(), "old".into()], &claim, Timestamp::from_millis(NOW * 1_000))
    }

    #[test]
    fn a_hash_proves_its_own_id_and_no_other() {
        let prove_as = |id: &str, hash: String| {
            let claim = Identity { id: Some(id.into()), hash: Some(hash), ..Identity::default() };
            prove(&["new".into(), "old".into()], &claim, Timestamp::from_millis(NOW))
        };
        assert_eq!(prove_as("7", kernel::hex(mark("old", "7"))).unwrap().external_id, "id:7");
        assert!(prove_as("7", kernel::hex(mark("new", "7")).to_uppercase()).is_some());
        assert!(
            prove_as("8", kernel::hex(mark("new", "7"))).is_none()
                && prove_as("7", kernel::hex(mark("other", "7"))).is_none()
        );
        assert!(prove_as("7", String::new()).is_none() && prove_as("7", "好".into()).is_none());
        for odd in ["", " 7", "7\n", &"7".repeat(151)] {
            assert!(prove_as(odd, kernel::hex(mark("new", odd))).is_none());
        }
        assert!(
            prove(&[], &Identity { id: Some("7".into()), ..Identity::default() }, Timestamp::from_millis(NOW))
                .is_none()
        );
    }

    #[test]
    fn a_token_is_taken_only_as_the_site_signed_it_and_for_a_day_at_most() {
        let head = json!({"alg": "HS256", "typ": "JWT"});
        let claims = json!({"sub": "7", "exp": NOW + 600, "name": "韩女士"});
        let good = token("new", &head, &claims);
        assert_eq!(by(good.clone()), Some(Proven { external_id: "id:7".into(), name: Some("韩女士".into()) }));
        assert!(by(token("old", &head, &json!({"sub": "7", "exp": NOW - 59}))).is_some());
        assert!(by(token("new", &head, &json!({"sub": "7", "exp": NOW + 24 * 3_600 + 60, "iat": NOW + 60}))).is_some());
        for (head, claims) in [
            (&json!({"alg": "none"}), &claims),
            (&json!({"alg": "HS512"}), &claims),
            (&json!({"alg": "hs256"}), &claims),
            (&json!({"alg": "HS256", "crit": ["b64"]}), &claims),
            (&json!({}), &claims),
            (&head, &json!({"sub": "7"})),
            (&head, &json!({"sub": "7", "exp": NOW - 60})),
            (&head, &json!({"sub": "7", "exp": NOW + 24 * 3_600 + 61})),
            (&head, &json!({"sub": "7", "exp": NOW + 600, "iat": NOW + 61})),
            (&head, &json!({"sub": "7", "exp": NOW + 600, "nbf": NOW + 61})),
            (&head, &json!({"sub": 7, "exp": NOW + 600})),
            (&head, &json!({"sub": "", "exp": NOW + 600})),
            (&head, &json!({"exp": NOW + 600})),
        ] {
            assert!(by(token("new", head, claims)).is_none(), "{head} {claims}");
        }
        let (text, _) = good.rsplit_once('.').unwrap();
        for forged in [
            token("other", &head, &claims),
            format!("{text}."),
            text.into(),
            format!("{good}.x"),
            format!("{good}="),
            String::new(),
            "a".repeat(5_000),
        ] {
            assert!(by(forged.clone()).is_none(), "{forged:.60}");
        }
        for at in 0..good.len() {
            let mut forged = good.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            let forged = String::from_utf8(forged).unwrap();
            assert!(forged == good || by(forged).is_none(), "byte {at}");
        }
        let other = Identity { id: Some("8".into()), jwt: Some(good), ..Identity::default() };
        assert!(prove(&["new".into()], &other, Timestamp::from_millis(NOW * 1_000)).is_none());
    }
}
