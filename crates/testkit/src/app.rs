//! A running product, and people who use it over HTTP.

use std::{net::SocketAddr, sync::Arc};

use axum::Router;
use http::{App, Catalogue, Limits, Module, Running};
use kernel::{Id, Origin, User, UserId};
use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::TestDb;

/// The product, or some modules of it, served on a port of its own.
pub struct TestApp {
    /// Its database and clock.
    pub db: TestDb,
    /// What its handlers share.
    pub app: App,
    /// Describes its API.
    #[cfg(feature = "described")]
    pub openapi: http::Describe,
    /// Where it listens.
    pub address: SocketAddr,
    client: reqwest::Client,
    running: Option<Running>,
    #[cfg(feature = "described")]
    _told: crate::told::Ear,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: StatusCode,
    /// The body, or null when it has none.
    pub body: Value,
}

impl Reply {
    /// The body of an answer that must be a success.
    ///
    /// # Panics
    /// With the whole reply when it is none.
    #[track_caller]
    pub fn ok(self) -> Value {
        assert!(self.status.is_success(), "{} {}", self.status, self.body);
        self.body
    }

    /// Asserts a refusal with this status and code; answers the body.
    ///
    /// # Panics
    /// With the whole reply when it is another.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        assert_eq!((self.status.as_u16(), self.body["code"].as_str()), (status, Some(code)), "{}", self.body);
        assert_eq!(self.body["status"], status, "the document says what the answer does: {}", self.body);
        self.body
    }

    /// Asserts that `field` was refused with this code.
    ///
    /// # Panics
    /// With the whole reply when it was not.
    #[track_caller]
    pub fn refused_field(self, field: &str, code: &str) {
        let body = self.refused(422, "invalid");
        let named = body["fields"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one["field"] == field && one["code"] == code));
        assert!(named, "{field} {code} in {body}");
    }
}

/// Somebody who sends requests; anonymous without a token.
#[derive(Clone)]
pub struct Person {
    /// Their account; a nil-like id for nobody.
    pub id: Option<UserId>,
    token: Option<String>,
    base: String,
    client: reqwest::Client,
}

impl TestApp {
    /// Starts these modules on this database, which must have their schema.
    pub async fn start(db: TestDb, modules: Vec<Module>) -> Self {
        let limits = Limits { requests_per_second: 100_000, burst: 100_000, ..Limits::default() };
        Self::start_with(db, limits, modules).await
    }

    /// Starts with these limits.
    pub async fn start_with(db: TestDb, limits: Limits, modules: Vec<Module>) -> Self {
        Self::start_node(db, wire::Bus::Local, limits, modules).await
    }

    /// Starts one node of several, on this bus.
    pub async fn start_node(db: TestDb, bus: wire::Bus, limits: Limits, modules: Vec<Module>) -> Self {
        // Where the bucket store is built in, the clients of tests speak TLS too and want to know by what.
        let _ = rustls::crypto::ring::default_provider().install_default();
        #[cfg(feature = "described")]
        let names: Vec<_> = modules.iter().map(|module| module.name).collect();
        let mut house = http::compose(db.db.clone(), bus, limits, modules);
        let running = house.start(work::RunnerConfig::default()).expect("jobs and listeners have names of their own");
        let app = house.app.clone();
        #[cfg(feature = "described")]
        let told = crate::told::Ear::on(&app, names, house.openapi.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router: Router = house.router.with_state(app.clone());
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        Self {
            db,
            app,
            #[cfg(feature = "described")]
            openapi: house.openapi,
            address,
            client: reqwest::Client::new(),
            running: Some(running),
            #[cfg(feature = "described")]
            _told: told,
        }
    }

    /// Nobody.
    pub fn anonymous(&self) -> Person {
        Person { id: None, token: None, base: format!("http://{}/api/v1", self.address), client: self.client.clone() }
    }

    /// A new account with the first role of this name (`administrator`, `head`, `supervisor`,
    /// `agent`), signed in by token.
    pub async fn person(&self, role: &'static str) -> Person {
        let catalogue = self.app.part::<Catalogue>();
        let login = format!(
            "{role}.{}",
            Id::<User>::new(self.app.clock().now(), self.app.db().rng()).to_string().split_off(20)
        );
        // Hashing takes long and nobody signs in with this one.
        let secret = access::api::secret("correct horse battery".into(), "nobody", self.app.db().rng())
            .await
            .expect("a password");
        let (id, token) = self
            .app
            .db()
            .write(&Origin::system("test"), move |tx| {
                access::api::create_first_roles(tx, &catalogue)?;
                let user = access::api::create_user(tx, &login, role, role, access::Locale::ZhCn, &secret)?;
                let (_, token) = access::api::create_token(tx, &login, "test")?;
                Ok((user.id, token))
            })
            .await
            .expect("an account");
        Person { id: Some(id), token: Some(token), ..self.anonymous() }
    }

    /// Waits until every job due is done and every listener has heard every fact.
    ///
    /// # Panics
    /// When a job is dead or a fact was left.
    pub async fn settle(&self) {
        let running = self.running.as_ref().expect("it runs");
        let left = running.runner.drain().await.expect("the work ends");
        assert!(left.is_clean(), "left behind: {left:?}");
    }

    /// Settles and ends: the last line of a test that expects nothing left behind.
    ///
    /// # Panics
    /// As [`TestApp::settle`].
    pub async fn finish(mut self) {
        self.settle().await;
        if let Some(running) = self.running.take() {
            running.stop().await;
        }
    }

    /// The product itself as the one who acts.
    pub fn system(&self) -> Arc<Origin> {
        Origin::system("test")
    }
}

impl Person {
    /// The account's id as text.
    ///
    /// # Panics
    /// For nobody.
    pub fn id(&self) -> String {
        self.id.expect("somebody").to_string()
    }

    /// The token requests are sent with.
    pub fn token(&self) -> Option<&str> {
        self.token.as_deref()
    }

    /// Asks for what is at `path`, below `/api/v1`.
    pub async fn get(&self, path: &str) -> Reply {
        self.send(Method::GET, path, None).await
    }

    /// Posts `body`.
    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(Method::POST, path, Some(body)).await
    }

    /// Puts `body`.
    pub async fn put(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PUT, path, Some(body)).await
    }

    /// Patches with `body`.
    pub async fn patch(&self, path: &str, body: Value) -> Reply {
        self.send(Method::PATCH, path, Some(body)).await
    }

    /// Deletes what is at `path`.
    pub async fn delete(&self, path: &str) -> Reply {
        self.send(Method::DELETE, path, None).await
    }

    /// Sends any request.
    pub async fn send(&self, method: Method, path: &str, body: Option<Value>) -> Reply {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request.json(&body),
            None => request,
        };
        Self::reply(request).await
    }

    /// A request to shape by hand, with this person's token.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let request = self.client.request(method, format!("{}{path}", self.base));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends a request shaped by hand.
    pub async fn reply(request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("the product answers");
        let status = response.status();
        let text = response.text().await.expect("a body");
        Reply { status, body: serde_json::from_str(&text).unwrap_or(Value::Null) }
    }
}
