//! OpenID Connect: the code flow with PKCE, as the side that trusts the provider.

pub(crate) mod provider;
pub(crate) mod token;

pub(crate) use crate::trouble::Trouble;

use kernel::Rng;
use sha2::{Digest as _, Sha256};

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
