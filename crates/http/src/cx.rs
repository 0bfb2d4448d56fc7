//! The context of a request: who asks, and the database to answer from.

use std::{
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use kernel::{Actor, Error, Id, Noun, Origin, Result};
use store::Tx;

use crate::{App, Credentials, Limits, Problem, app::Authenticator};

/// Who asks, from where, and what to answer from. Every handler takes it first.
#[derive(Clone)]
pub struct Cx {
    app: App,
    origin: Arc<Origin>,
}

/// The registered guard of the front door, as a part of the app.
pub type Door = Box<dyn Authenticator>;

impl Cx {
    /// A context outside a request.
    pub fn new(app: App, origin: Arc<Origin>) -> Self {
        Self { app, origin }
    }

    /// The running product.
    pub fn app(&self) -> &App {
        &self.app
    }

    /// Who asks.
    pub fn actor(&self) -> &Actor {
        &self.origin.actor
    }

    /// Who asks, and from where.
    pub fn origin(&self) -> &Arc<Origin> {
        &self.origin
    }

    /// A new id.
    pub fn new_id<T: Noun>(&self) -> Id<T> {
        Id::new(self.app.clock().now(), self.app.db().rng())
    }

    /// See [`store::Db::read`].
    ///
    /// # Errors
    /// What the closure answers.
    pub async fn read<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.db().read(&self.origin, work).await
    }

    /// See [`store::Db::write`].
    ///
    /// # Errors
    /// What the closure answers.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.db().write(&self.origin, work).await
    }
}

impl Cx {
    /// See [`store::Db::append`].
    ///
    /// # Errors
    /// What the closure answers.
    pub async fn append<T: Send + 'static>(
        &self,
        work: impl FnMut(&mut Tx<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        self.app.db().append(&self.origin, work).await
    }
}

impl FromRequestParts<App> for Cx {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        // The layers put it there; a second extractor of one request must not authenticate again.
        if let Some(cx) = parts.extensions.get::<Self>() {
            return Ok(cx.clone());
        }
        let cx = Self::of(parts, app).await?;
        parts.extensions.insert(cx.clone());
        Ok(cx)
    }
}

impl Cx {
    async fn of(parts: &Parts, app: &App) -> Result<Self, Problem> {
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let ip = peer(&parts.headers, direct, app.limits());
        let actor = match credentials(&parts.headers) {
            None => Actor::Anonymous,
            Some(shown) => match app.part::<Door>().authenticate(app, &shown, ip).await {
                Ok(actor) => {
                    refuse_foreign_page(parts, &shown)?;
                    actor
                }
                // A stale cookie is nobody; a stale token is a mistake its owner must hear of.
                Err(Error::Unauthenticated) if matches!(shown, Credentials::Session(_)) => Actor::Anonymous,
                Err(error) => return Err(error.into()),
            },
        };
        let user_agent =
            header_text(&parts.headers, header::USER_AGENT.as_str()).map(|text| text.chars().take(200).collect());
        let request_id = header_text(&parts.headers, "x-request-id").unwrap_or_default().chars().take(64).collect();
        Ok(Self { app: app.clone(), origin: Arc::new(Origin { actor, ip, user_agent, request_id }) })
    }
}

fn header_text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

/// The address a request comes from: the one its connection has, or the one our own proxy saw.
pub fn peer(headers: &HeaderMap, direct: Option<IpAddr>, limits: &Limits) -> Option<IpAddr> {
    let forwarded = header_text(headers, "x-forwarded-for").filter(|_| limits.trust_proxy);
    // The last address is the one our own proxy saw.
    forwarded.and_then(|list| list.rsplit(',').next()?.trim().parse().ok()).or(direct)
}

/// Whether a request comes from a page of ours, or from no browser: a page's browser names its origin.
pub fn same_origin(headers: &HeaderMap) -> bool {
    match (header_text(headers, "origin"), header_text(headers, "host")) {
        (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, origin)| origin == host),
        (None, _) => true,
        _ => false,
    }
}

/// What the request shows: a bearer token before a cookie.
pub fn credentials(headers: &HeaderMap) -> Option<Credentials> {
    if let Some(token) = header_text(headers, "authorization").and_then(|text| text.strip_prefix("Bearer ")) {
        return Some(Credentials::Bearer(token.trim().to_owned()));
    }
    let cookies = header_text(headers, "cookie")?;
    let session = cookies.split(';').find_map(|cookie| cookie.trim().strip_prefix("zhike_session="))?;
    Some(Credentials::Session(session.to_owned()))
}

/// A page of another site can make a browser send our cookie, but not our header.
fn refuse_foreign_page(parts: &Parts, shown: &Credentials) -> Result<(), Problem> {
    let changes = !parts.method.is_safe();
    if changes && matches!(shown, Credentials::Session(_)) && !parts.headers.contains_key("x-zhike") {
        return Err(Error::Forbidden("x-zhike").into());
    }
    Ok(())
}
