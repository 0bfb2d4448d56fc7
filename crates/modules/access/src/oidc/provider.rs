//! Talking to a provider: what it is, its keys, and the code redeemed for a token.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use base64::{Engine as _, prelude::BASE64_STANDARD};
use kernel::{Id, Timestamp};
use outbound::{Answer, Request, Target};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use super::{
    Journey, Trouble, escaped, form, pkce,
    token::{self, Expected, Keys, Person},
};
use crate::identity::IdentityProvider;

/// Bytes of an answer that are read.
const MOST: usize = 256 << 10;

/// What a provider says of itself.
#[derive(Debug, Deserialize)]
pub(crate) struct Discovery {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// A provider with the secret we share with it.
#[derive(Clone)]
pub(crate) struct Relation {
    pub(crate) provider: IdentityProvider,
    /// Empty for a client without one.
    pub(crate) secret: String,
}

/// How long what a provider said of itself is believed when somebody sets out, in milliseconds. Who comes
/// back is judged by what it says then.
const BELIEVED: i64 = 5 * 60_000;
/// Providers that are kept; more than any installation has.
const KEPT: usize = 100;

/// What providers said of themselves lately: whoever presses their buttons again and again does not have us
/// call them each time.
#[derive(Default)]
pub(crate) struct Known(Mutex<HashMap<IdentityProviderState, (Timestamp, Arc<Discovery>)>>);

/// A provider, as it was set up then.
type IdentityProviderState = (Id<IdentityProvider>, i64);

impl Known {
    /// What it says of itself.
    pub(crate) async fn of(&self, relation: &Relation, now: Timestamp) -> Result<Arc<Discovery>, Trouble> {
        let key = (relation.provider.id, relation.provider.version);
        let kept = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some((since, found)) = kept
            && (0..BELIEVED).contains(&now.since(since))
        {
            return Ok(found);
        }
        let found = Arc::new(relation.discover().await?);
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= KEPT {
            known.clear();
        }
        known.insert(key, (now, found.clone()));
        Ok(found)
    }
}

/// What a provider gives for a code.
#[derive(Deserialize)]
struct Tokens {
    id_token: Option<String>,
    access_token: Option<String>,
}

impl Relation {
    fn target(&self, address: &str) -> Result<Target, Trouble> {
        Target::parse(address, self.provider.inside).map_err(|code| match code {
            "forbidden_address" => Trouble::new("forbidden_address", address),
            "https_required" => Trouble::new("https_required", address),
            _ => Trouble::new("malformed_discovery", address),
        })
    }

    async fn get(&self, address: &str, bearer: Option<&str>) -> Result<Answer, Trouble> {
        let target = self.target(address)?;
        let request = Request { most: MOST, ..Request::get(&target) }.with("accept", "application/json");
        let request = match bearer {
            Some(token) => request.with("authorization", format!("Bearer {token}")),
            None => request,
        };
        let answer = outbound::call(request).await.map_err(|trouble| Trouble::new(trouble.code(), trouble.text()))?;
        if answer.is_good() {
            return Ok(answer);
        }
        Err(Trouble::new("http", format!("{} {address}", answer.status)))
    }

    async fn fetch<T: DeserializeOwned>(&self, address: &str) -> Result<T, Trouble> {
        let answer = self.get(address, None).await?;
        serde_json::from_slice(&answer.body)
            .map_err(|error| Trouble::new("malformed_discovery", format!("{address}: {error}")))
    }

    /// What the provider says of itself: asked anew each time, so that what it changes holds at once.
    pub(crate) async fn discover(&self) -> Result<Discovery, Trouble> {
        let issuer = &self.provider.issuer;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let found: Discovery = self.fetch(&address).await?;
        // Whoever speaks for another issuer is not the one we trust.
        if found.issuer != *issuer {
            return Err(Trouble::new("wrong_issuer", found.issuer));
        }
        let methods = found.code_challenge_methods_supported.as_ref();
        if methods.is_some_and(|methods| !methods.iter().any(|method| method == "S256")) {
            return Err(Trouble::new("no_pkce", ""));
        }
        Ok(found)
    }

    /// Where the browser is sent.
    pub(crate) fn entrance(&self, found: &Discovery, journey: &Journey) -> Result<String, Trouble> {
        let address = &found.authorization_endpoint;
        // A person's browser goes there, not we; but it must be a page.
        self.target(address)?;
        let scopes = format!("openid {}", self.provider.scopes);
        let query = form(&[
            ("response_type", "code"),
            ("client_id", &self.provider.client_id),
            ("redirect_uri", &self.provider.redirect_uri()),
            ("scope", scopes.trim()),
            ("state", &journey.state),
            ("nonce", &journey.nonce),
            ("code_challenge", &pkce(&journey.verifier)),
            ("code_challenge_method", "S256"),
        ]);
        let joint = if address.contains('?') { '&' } else { '?' };
        Ok(format!("{address}{joint}{query}"))
    }

    /// Whether whoever came back with this `iss` came from here.
    pub(crate) fn came_from_here(&self, found: &Discovery, issuer: Option<&str>) -> Result<(), Trouble> {
        let expected = found.authorization_response_iss_parameter_supported;
        match issuer {
            Some(issuer) if issuer != self.provider.issuer => Err(Trouble::new("wrong_issuer", issuer)),
            None if expected => Err(Trouble::new("wrong_issuer", "")),
            _ => Ok(()),
        }
    }

    async fn redeem(&self, found: &Discovery, code: &str, verifier: &str) -> Result<Answer, Trouble> {
        let target = self.target(&found.token_endpoint)?;
        let (id, secret) = (&self.provider.client_id, &self.secret);
        let redirect = self.provider.redirect_uri();
        let mut pairs = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &redirect),
            ("code_verifier", verifier),
        ];
        // The one every provider must know, unless it says otherwise.
        let methods = found.token_endpoint_auth_methods_supported.as_deref();
        let basic = methods.is_none_or(|methods| methods.iter().any(|method| method == "client_secret_basic"));
        let mut headers = vec![
            ("content-type", "application/x-www-form-urlencoded".to_owned()),
            ("accept", "application/json".to_owned()),
        ];
        if secret.is_empty() || !basic {
            pairs.push(("client_id", id));
        }
        if !secret.is_empty() {
            if basic {
                let pair = format!("{}:{}", escaped(id), escaped(secret));
                headers.push(("authorization", format!("Basic {}", BASE64_STANDARD.encode(pair))));
            } else {
                pairs.push(("client_secret", secret));
            }
        }
        let request = Request { headers, most: MOST, ..Request::post(&target, form(&pairs)) };
        outbound::call(request).await.map_err(|trouble| Trouble::new(trouble.code(), trouble.text()))
    }

    /// Who came back with this code.
    pub(crate) async fn person(
        &self,
        found: &Discovery,
        code: &str,
        (verifier, nonce): (&str, &str),
        now: impl Fn() -> Timestamp,
    ) -> Result<Person, Trouble> {
        let answer = self.redeem(found, code, verifier).await?;
        if !answer.is_good() {
            return Err(refusal(&answer));
        }
        let tokens: Tokens =
            serde_json::from_slice(&answer.body).map_err(|error| Trouble::new("malformed_token", error.to_string()))?;
        let token = tokens.id_token.ok_or_else(|| Trouble::new("malformed_token", "no id_token"))?;
        let keys: Keys = self.fetch(&found.jwks_uri).await?;
        let expected =
            Expected { issuer: &self.provider.issuer, client_id: &self.provider.client_id, nonce, now: now() };
        let mut person = token::read(&token, &keys, &expected)?;
        let wanted = person.text(&self.provider.login_claim).is_some() && person.text("email").is_some();
        if let (false, Some(address), Some(token)) = (wanted, &found.userinfo_endpoint, &tokens.access_token) {
            let answer = self.get(address, Some(token)).await?;
            // What is signed there or says nothing is passed over: the token is enough to know who it is.
            if let Ok(more) = serde_json::from_slice::<Map<String, Value>>(&answer.body) {
                if more.get("sub").and_then(Value::as_str) != Some(person.subject.as_str()) {
                    return Err(Trouble::new("malformed_token", "userinfo: sub"));
                }
                for (claim, value) in more {
                    person.claims.entry(claim).or_insert(value);
                }
            }
        }
        Ok(person)
    }

    /// Tries everything that can be tried without a person.
    pub(crate) async fn probe(&self) -> Result<(), Trouble> {
        let found = self.discover().await?;
        let (authorization, token) = (self.target(&found.authorization_endpoint), self.target(&found.token_endpoint));
        authorization.and(token)?;
        let keys: Value = self.fetch(&found.jwks_uri).await?;
        if keys["keys"].as_array().is_none_or(Vec::is_empty) {
            return Err(Trouble::new("unknown_key", &found.jwks_uri));
        }
        // A code that is none: whoever takes our name and secret complains of the code, not of us.
        let answer = self.redeem(&found, "zhike-probe", "zhike-probe-zhike-probe-zhike-probe-zhike-probe").await?;
        let trouble = refusal(&answer);
        if trouble.code == "client_refused" { Err(trouble) } else { Ok(()) }
    }
}

/// What the provider says against a code, or against us.
fn refusal(answer: &Answer) -> Trouble {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Said {
        error: String,
        error_description: String,
    }
    let said: Said = serde_json::from_slice(&answer.body).unwrap_or_default();
    let detail = format!("{} {} {}", answer.status, said.error, said.error_description);
    let ours = answer.status == 401 || ["invalid_client", "unauthorized_client"].contains(&said.error.as_str());
    let code = match said.error.as_str() {
        _ if ours => "client_refused",
        "invalid_grant" => "code_refused",
        _ => "http",
    };
    Trouble::new(code, detail.trim())
}
