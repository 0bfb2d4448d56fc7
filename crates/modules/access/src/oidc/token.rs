//! What an identity token says, once it is shown to be the provider's and meant for us.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use kernel::Timestamp;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::Trouble;

/// How far the provider's clock may be from ours, in milliseconds.
const SKEW: i64 = 60_000;
/// Keys of a provider that are looked at.
const KEYS: usize = 50;

/// A provider's keys.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct Keys {
    keys: Vec<Key>,
}

/// A key as it is published. What we cannot use is passed over.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Key {
    kty: String,
    #[serde(rename = "use")]
    usage: Option<String>,
    kid: Option<String>,
    alg: Option<String>,
    crv: String,
    n: String,
    e: String,
    x: String,
    y: String,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// For whom.
#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    sub: String,
    aud: Audience,
    exp: f64,
    iat: f64,
    nbf: Option<f64>,
    nonce: Option<String>,
    azp: Option<String>,
    #[serde(flatten)]
    more: Map<String, Value>,
}

/// Whom a token is to be of and for.
pub(crate) struct Expected<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) now: Timestamp,
}

/// Who somebody is, as the provider says.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Person {
    /// What the provider knows them by; it never gives that to somebody else.
    pub(crate) subject: String,
    /// What else it says of them.
    pub(crate) claims: Map<String, Value>,
}

impl Person {
    /// A claim that is a text with something in it.
    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.claims.get(claim)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// The mail address, if the provider says that it is theirs.
    pub(crate) fn verified_mail(&self) -> Option<&str> {
        // Some providers write the truth as a text.
        let verified = matches!(self.claims.get("email_verified"), Some(Value::Bool(true)))
            || self.text("email_verified") == Some("true");
        self.text("email").filter(|mail| verified && mail.contains('@'))
    }
}

/// Reads an identity token.
///
/// # Errors
/// [`Trouble`]: nothing a token says is believed before its mark is checked with a key of the provider's,
/// by the one algorithm that key is for.
pub(crate) fn read(token: &str, keys: &Keys, expected: &Expected<'_>) -> Result<Person, Trouble> {
    let malformed = |what: &str| Trouble::new("malformed_token", what);
    let [head, body, mark] = token.split('.').collect::<Vec<_>>()[..] else { return Err(malformed("no three parts")) };
    let decode = |part: &str| BASE64_URL_SAFE_NO_PAD.decode(part).map_err(|_| malformed("no base64url"));
    let header: Header = serde_json::from_slice(&decode(head)?).map_err(|error| malformed(&error.to_string()))?;
    if header.crit.is_some() {
        return Err(malformed("crit"));
    }
    let said = &token[..head.len() + 1 + body.len()];
    keys.check(&header, said.as_bytes(), &decode(mark)?)?;
    let claims: Claims = serde_json::from_slice(&decode(body)?).map_err(|error| malformed(&error.to_string()))?;
    claims.check(expected)?;
    Ok(Person { subject: claims.sub, claims: claims.more })
}

impl Keys {
    fn check(&self, header: &Header, said: &[u8], mark: &[u8]) -> Result<(), Trouble> {
        if !["RS256", "ES256", "EdDSA"].contains(&header.alg.as_str()) {
            return Err(Trouble::new("unknown_algorithm", &header.alg));
        }
        let fits = |key: &&Key| {
            key.algorithm() == Some(header.alg.as_str())
                && key.usage.as_deref().is_none_or(|usage| usage == "sig")
                && key.alg.as_ref().is_none_or(|alg| *alg == header.alg || alg == "Ed25519")
                && header.kid.as_ref().is_none_or(|kid| key.kid.as_ref() == Some(kid))
        };
        let mut fitting = self.keys.iter().take(KEYS).filter(fits).peekable();
        if fitting.peek().is_none() {
            return Err(Trouble::new("unknown_key", header.kid.as_deref().unwrap_or(&header.alg)));
        }
        if fitting.any(|key| key.made(said, mark)) {
            Ok(())
        } else {
            Err(Trouble::new("wrong_signature", header.kid.as_deref().unwrap_or(&header.alg)))
        }
    }
}

impl Key {
    /// The one algorithm it is used with here.
    fn algorithm(&self) -> Option<&'static str> {
        match (self.kty.as_str(), self.crv.as_str()) {
            ("RSA", _) => Some("RS256"),
            ("EC", "P-256") => Some("ES256"),
            ("OKP", "Ed25519") => Some("EdDSA"),
            _ => None,
        }
    }

    /// Whether this key made the mark.
    fn made(&self, said: &[u8], mark: &[u8]) -> bool {
        let part = |text: &str| BASE64_URL_SAFE_NO_PAD.decode(text).unwrap_or_default();
        match self.algorithm() {
            Some("RS256") => {
                let key = RsaPublicKeyComponents { n: part(&self.n), e: part(&self.e) };
                key.verify(&RSA_PKCS1_2048_8192_SHA256, said, mark).is_ok()
            }
            Some("ES256") => {
                let point = [vec![4], part(&self.x), part(&self.y)].concat();
                UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(said, mark).is_ok()
            }
            Some("EdDSA") => UnparsedPublicKey::new(&ED25519, part(&self.x)).verify(said, mark).is_ok(),
            _ => false,
        }
    }
}

impl Claims {
    fn check(&self, expected: &Expected<'_>) -> Result<(), Trouble> {
        if self.iss != expected.issuer {
            return Err(Trouble::new("wrong_issuer", &self.iss));
        }
        let (ours, others) = match &self.aud {
            Audience::One(one) => (one == expected.client_id, false),
            Audience::Many(many) => (many.iter().any(|one| one == expected.client_id), many.len() > 1),
        };
        let authorised = self.azp.as_deref().map_or(!others, |azp| azp == expected.client_id);
        if !ours || !authorised {
            return Err(Trouble::new("wrong_audience", self.azp.as_deref().unwrap_or_default()));
        }
        let now = expected.now.millis() as f64;
        let (skew, at) = (SKEW as f64, |seconds: f64| seconds * 1_000.0);
        let over = at(self.exp) + skew <= now;
        let early = at(self.iat) - skew > now || self.nbf.is_some_and(|nbf| at(nbf) - skew > now);
        if over || early {
            return Err(Trouble::new("expired_token", format!("iat {} exp {}", self.iat, self.exp)));
        }
        if self.nonce.as_deref() != Some(expected.nonce) {
            return Err(Trouble::new("wrong_nonce", ""));
        }
        if self.sub.is_empty() || self.sub.len() > 255 || !self.sub.is_ascii() {
            return Err(Trouble::new("malformed_token", "sub"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 7515, appendix A.2: what is said is no identity, but the mark is an RS256 one.
    const SAID: &str = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ";
    const MARK: &str = "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
    const KEY: &str = r#"{"keys":[{"kty":"XYZ"},{"kty":"RSA","n":"ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdbBYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-DWNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ","e":"AQAB"}]}"#;

    fn keys() -> Keys {
        serde_json::from_str(KEY).unwrap()
    }

    fn header(alg: &str, kid: Option<&str>) -> Header {
        Header { alg: alg.into(), kid: kid.map(str::to_owned), crit: None }
    }

    #[test]
    fn the_published_mark_is_good_and_no_other() {
        let mark = BASE64_URL_SAFE_NO_PAD.decode(MARK).unwrap();
        assert_eq!(keys().check(&header("RS256", None), SAID.as_bytes(), &mark), Ok(()));
        let code =
            |header: Header, said: &str, mark: &[u8]| keys().check(&header, said.as_bytes(), mark).unwrap_err().code;
        assert_eq!(code(header("RS256", None), &SAID.replace('9', "8"), &mark), "wrong_signature");
        assert_eq!(code(header("RS256", None), SAID, &mark[1..]), "wrong_signature");
        assert_eq!(code(header("RS256", Some("other")), SAID, &mark), "unknown_key");
        assert_eq!(code(header("ES256", None), SAID, &mark), "unknown_key");
        for alg in ["none", "None", "HS256", "RS512", ""] {
            assert_eq!(code(header(alg, None), SAID, &mark), "unknown_algorithm", "{alg}");
        }
    }

    fn claims(change: impl FnOnce(&mut Value)) -> Result<(), Trouble> {
        let mut value = serde_json::json!({"iss": "https://id.example", "sub": "s", "aud": "desk", "exp": 1_000, "iat": 900, "nonce": "n"});
        change(&mut value);
        let claims: Claims =
            serde_json::from_value(value).map_err(|error| Trouble::new("malformed_token", error.to_string()))?;
        let now = Timestamp::from_millis(950_000);
        claims.check(&Expected { issuer: "https://id.example", client_id: "desk", nonce: "n", now })
    }

    #[test]
    fn a_token_is_for_us_now_and_for_this_journey_or_it_is_refused() {
        use serde_json::json;
        assert_eq!(claims(|_| ()), Ok(()));
        assert_eq!(claims(|claims| claims["aud"] = json!(["desk"])), Ok(()));
        assert_eq!(claims(|claims| (claims["aud"], claims["azp"]) = (json!(["desk", "x"]), json!("desk"))), Ok(()));
        for (field, value, code) in [
            ("iss", json!("https://id.example/"), "wrong_issuer"),
            ("iss", json!("https://other.example"), "wrong_issuer"),
            ("aud", json!("other"), "wrong_audience"),
            ("aud", json!([]), "wrong_audience"),
            ("aud", json!(["desk", "other"]), "wrong_audience"),
            ("azp", json!("other"), "wrong_audience"),
            ("exp", json!(890), "expired_token"),
            ("iat", json!(1_011), "expired_token"),
            ("nbf", json!(1_011), "expired_token"),
            ("nonce", json!("m"), "wrong_nonce"),
            ("nonce", json!(null), "wrong_nonce"),
            ("sub", json!(""), "malformed_token"),
            ("sub", json!(null), "malformed_token"),
            ("exp", json!("1000"), "malformed_token"),
            ("exp", json!(null), "malformed_token"),
            ("nbf", json!("0"), "malformed_token"),
        ] {
            assert_eq!(claims(|claims| claims[field] = value.clone()).unwrap_err().code, code, "{field} {value}");
        }
    }

    #[test]
    fn a_mail_address_counts_only_when_the_provider_vouches_for_it() {
        let person = |claims: Value| Person { subject: "s".into(), claims: claims.as_object().unwrap().clone() };
        use serde_json::json;
        assert_eq!(person(json!({"email": "a@b", "email_verified": true})).verified_mail(), Some("a@b"));
        assert_eq!(person(json!({"email": "a@b", "email_verified": "true"})).verified_mail(), Some("a@b"));
        for other in [json!(false), json!(null), json!(1), json!("yes")] {
            assert_eq!(person(json!({"email": "a@b", "email_verified": other})).verified_mail(), None, "{other}");
        }
        assert_eq!(person(json!({"email": "a@b"})).verified_mail(), None);
    }
}
