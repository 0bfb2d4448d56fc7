//! An identity provider that speaks OpenID Connect, and can be told to lie.

use std::{
    collections::HashMap,
    net::SocketAddr,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::State,
    http::{HeaderMap, StatusCode},
    routing::{get, post},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD as URL};
use kernel::Clock;
use ring::{
    rand::SystemRandom,
    signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

pub(crate) const CLIENT: &str = "desk client";
pub(crate) const SECRET: &str = "a+secret/with=signs";

/// How it marks tokens.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Marking {
    Es256,
    EdDsa,
    /// With a key that is published under no name it gives.
    StrangeKey,
    /// With a key of its own that nobody published, under the name of one that is.
    WrongKey,
    None,
    /// The public key as the secret of an HMAC.
    Hmac,
}

struct Plan {
    issuer: String,
    said_issuer: Option<String>,
    claims: Value,
    userinfo: Option<Value>,
    marking: Marking,
    iss_in_answer: bool,
    pkce: Vec<&'static str>,
    /// What each code stands for: challenge, nonce, redirect.
    codes: HashMap<String, (String, String, String)>,
    ec: Arc<EcdsaKeyPair>,
    ed: Arc<Ed25519KeyPair>,
    kid: String,
    given: u32,
}

#[derive(Clone)]
pub(crate) struct Counterpart {
    plan: Arc<Mutex<Plan>>,
    clock: Clock,
    pub(crate) issuer: String,
}

fn ec() -> Arc<EcdsaKeyPair> {
    let rng = SystemRandom::new();
    let key = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &rng).unwrap();
    Arc::new(EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, key.as_ref(), &rng).unwrap())
}

fn ed() -> Arc<Ed25519KeyPair> {
    let key = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
    Arc::new(Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap())
}

impl Counterpart {
    pub(crate) async fn start(clock: Clock) -> Self {
        let listener = tokio::net::TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let issuer = format!("http://{}/realm", listener.local_addr().unwrap());
        let plan = Plan {
            issuer: issuer.clone(),
            said_issuer: None,
            claims: json!({"sub": "sub-1", "email": "su@example.com", "email_verified": true, "preferred_username": "su.he", "name": "苏禾", "locale": "en"}),
            userinfo: None,
            marking: Marking::Es256,
            iss_in_answer: true,
            pkce: vec!["S256"],
            codes: HashMap::new(),
            ec: ec(),
            ed: ed(),
            kid: "k1".into(),
            given: 0,
        };
        let this = Self { plan: Arc::new(Mutex::new(plan)), clock, issuer };
        let router = Router::new()
            .route("/realm/.well-known/openid-configuration", get(describe))
            .route("/realm/keys", get(keys))
            .route("/realm/token", post(token))
            .route("/realm/me", get(userinfo))
            .with_state(this.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        this
    }

    fn set<T>(&self, change: impl FnOnce(&mut Plan) -> T) -> T {
        change(&mut self.plan.lock().unwrap())
    }

    /// Says this of whoever signs in.
    pub(crate) fn says(&self, claim: &str, value: Value) {
        self.set(|plan| plan.claims[claim] = value);
    }

    pub(crate) fn forgets(&self, claim: &str) {
        self.set(|plan| plan.claims.as_object_mut().unwrap().remove(claim));
    }

    pub(crate) fn marks(&self, marking: Marking) {
        self.set(|plan| plan.marking = marking);
    }

    pub(crate) fn calls_itself(&self, issuer: Option<&str>) {
        self.set(|plan| plan.said_issuer = issuer.map(str::to_owned));
    }

    pub(crate) fn knows_pkce(&self, methods: Vec<&'static str>) {
        self.set(|plan| plan.pkce = methods);
    }

    pub(crate) fn tells_beside(&self, userinfo: Value) {
        self.set(|plan| plan.userinfo = Some(userinfo));
    }

    /// Takes new keys.
    pub(crate) fn rotates(&self) {
        self.set(|plan| (plan.ec, plan.ed, plan.kid) = (ec(), ed(), "k2".into()));
    }

    /// The person signs in there: answers the query they come back with.
    pub(crate) fn sign_in(&self, url: &str) -> HashMap<String, String> {
        let (address, query) = url.split_once('?').unwrap();
        assert_eq!(address, format!("{}/auth", self.issuer));
        let asked: HashMap<String, String> = reqwest::Url::parse(url).unwrap().query_pairs().into_owned().collect();
        assert_eq!(
            (asked["response_type"].as_str(), asked["code_challenge_method"].as_str()),
            ("code", "S256"),
            "{query}"
        );
        assert_eq!((asked["client_id"].as_str(), asked["scope"].as_str()), (CLIENT, "openid profile email"));
        self.set(|plan| {
            plan.given += 1;
            let code = format!("code {}", plan.given);
            let of = (asked["code_challenge"].clone(), asked["nonce"].clone(), asked["redirect_uri"].clone());
            plan.codes.insert(code.clone(), of);
            let mut back = HashMap::from([
                ("state".to_owned(), asked["state"].clone()),
                ("code".to_owned(), code),
                ("session_state".to_owned(), "x".to_owned()),
            ]);
            if plan.iss_in_answer {
                back.insert("iss".into(), plan.issuer.clone());
            }
            back
        })
    }
}

async fn describe(State(this): State<Counterpart>) -> Json<Value> {
    this.set(|plan| {
        let at = |path: &str| format!("{}/{path}", plan.issuer);
        let mut said = json!({"issuer": plan.said_issuer.as_ref().unwrap_or(&plan.issuer), "authorization_endpoint": at("auth"), "token_endpoint": at("token"),
            "jwks_uri": at("keys"), "code_challenge_methods_supported": plan.pkce, "authorization_response_iss_parameter_supported": true});
        if plan.userinfo.is_some() {
            said["userinfo_endpoint"] = json!(at("me"));
        }
        Json(said)
    })
}

async fn keys(State(this): State<Counterpart>) -> Json<Value> {
    this.set(|plan| {
        let point = plan.ec.public_key().as_ref();
        let ec = json!({"kty": "EC", "crv": "P-256", "use": "sig", "kid": plan.kid, "alg": "ES256", "x": URL.encode(&point[1..33]), "y": URL.encode(&point[33..])});
        let ed = json!({"kty": "OKP", "crv": "Ed25519", "kid": format!("{}-ed", plan.kid), "x": URL.encode(plan.ed.public_key())});
        Json(json!({"keys": [{"kty": "EC", "crv": "P-521", "kid": "other"}, ec, ed]}))
    })
}

async fn userinfo(State(this): State<Counterpart>, headers: HeaderMap) -> (StatusCode, Json<Value>) {
    assert_eq!(headers["authorization"], "Bearer access");
    (StatusCode::OK, Json(this.set(|plan| plan.userinfo.clone().unwrap_or_default())))
}

async fn token(State(this): State<Counterpart>, headers: HeaderMap, body: String) -> (StatusCode, Json<Value>) {
    let refuse = |status, error: &str| (status, Json(json!({"error": error})));
    let pair = format!("{}:{}", "desk%20client", "a%2Bsecret%2Fwith%3Dsigns");
    let expected = format!("Basic {}", base64::prelude::BASE64_STANDARD.encode(pair));
    if headers.get("authorization").is_none_or(|shown| *shown != expected) {
        return refuse(StatusCode::UNAUTHORIZED, "invalid_client");
    }
    let form = reqwest::Url::parse(&format!("http://form/?{body}")).unwrap();
    let form: HashMap<String, String> = form.query_pairs().into_owned().collect();
    let now = this.clock.now().millis() / 1_000;
    this.set(|plan| {
        // A code is good once.
        let Some((challenge, nonce, redirect)) = plan.codes.remove(form.get("code").map_or("", String::as_str)) else {
            return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
        };
        if URL.encode(Sha256::digest(&form["code_verifier"])) != challenge || form["redirect_uri"] != redirect {
            return refuse(StatusCode::BAD_REQUEST, "invalid_grant");
        }
        let mut claims = json!({"iss": plan.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": nonce});
        for (claim, value) in plan.claims.as_object().unwrap() {
            claims[claim] = value.clone();
        }
        let (alg, kid) = match plan.marking {
            Marking::Es256 | Marking::WrongKey => ("ES256", plan.kid.clone()),
            Marking::StrangeKey => ("ES256", "strange".to_owned()),
            Marking::EdDsa => ("EdDSA", format!("{}-ed", plan.kid)),
            Marking::None => ("none", plan.kid.clone()),
            Marking::Hmac => ("HS256", plan.kid.clone()),
        };
        let part = |value: &Value| URL.encode(value.to_string());
        let said = format!("{}.{}", part(&json!({"alg": alg, "kid": kid, "typ": "JWT"})), part(&claims));
        let of = |key: &EcdsaKeyPair| key.sign(&SystemRandom::new(), said.as_bytes()).unwrap().as_ref().to_vec();
        let mark = match plan.marking {
            Marking::Es256 | Marking::StrangeKey => of(&plan.ec),
            Marking::WrongKey => of(&ec()),
            Marking::EdDsa => plan.ed.sign(said.as_bytes()).as_ref().to_vec(),
            Marking::None => Vec::new(),
            Marking::Hmac => {
                use hmac::{KeyInit as _, Mac as _};
                let mut mac = hmac::Hmac::<Sha256>::new_from_slice(plan.ec.public_key().as_ref()).unwrap();
                mac.update(said.as_bytes());
                mac.finalize().into_bytes().to_vec()
            }
        };
        (StatusCode::OK, Json(json!({"id_token": format!("{said}.{}", URL.encode(mark)), "access_token": "access", "token_type": "Bearer"})))
    })
}
