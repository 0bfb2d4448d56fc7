//! OpenID Connect: the code flow with PKCE, as the side that trusts the provider.

pub(crate) mod provider;
pub(crate) mod token;

use kernel::Rng;
use sha2::{Digest as _, Sha256};

/// Why somebody who came back from a provider is not let in, or a provider cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Trouble {
    /// A stable name of it, with words in every language.
    pub(crate) code: &'static str,
    /// What the other side or the network said of it; for administrators alone.
    pub(crate) detail: String,
}

impl Trouble {
    pub(crate) fn new(code: &'static str, detail: impl Into<String>) -> Self {
        let detail: String = detail.into();
        Self { code, detail: detail.chars().filter(|letter| !letter.is_control()).take(300).collect() }
    }
}

/// What names one journey to a provider and back.
pub(crate) struct Journey {
    /// In the address: what comes back with the code.
    pub(crate) state: String,
    /// In the cookie: only the browser that set out may come back.
    pub(crate) browser: String,
    /// In the token.
    pub(crate) nonce: String,
    /// Shown when the code is redeemed; before that only its hash is told.
    pub(crate) verifier: String,
}

impl Journey {
    pub(crate) fn begin(rng: &Rng) -> Self {
        Self { state: rng.secret(), browser: rng.secret(), nonce: rng.secret(), verifier: rng.secret() }
    }
}

/// What is told of a verifier before it is shown.
pub(crate) fn pkce(verifier: &str) -> String {
    base64url(&Sha256::digest(verifier.as_bytes()))
}

fn base64url(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::prelude::BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// For a query or a form.
pub(crate) fn escaped(text: &str) -> String {
    let letter = |byte: u8| match byte {
        byte if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => char::from(byte).to_string(),
        byte => format!("%{byte:02X}"),
    };
    text.bytes().map(letter).collect()
}

/// Pairs as a query or a form.
pub(crate) fn form(pairs: &[(&str, &str)]) -> String {
    let pairs: Vec<_> = pairs.iter().map(|(name, value)| format!("{}={}", escaped(name), escaped(value))).collect();
    pairs.join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_verifier_is_told_as_published() {
        // RFC 7636, appendix B.
        assert_eq!(pkce("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
        assert_eq!(form(&[("a b", "c&d"), ("e", "店~")]), "a%20b=c%26d&e=%E5%BA%97~");
    }
}
