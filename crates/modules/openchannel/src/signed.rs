//! Calls to us: whose they are, and that each is taken once.

use std::{
    net::{IpAddr, SocketAddr},
    num::NonZeroU32,
    sync::{Arc, OnceLock},
};

use axum::{
    body::Body,
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
    response::{IntoResponse, Response},
};
use channels::{Channel, ChannelKind};
use governor::{DefaultKeyedRateLimiter, Quota};
use http::{App, Json, Problem};
use kernel::{Actor, Error, Origin, Params, Result, Visitor};
use serde::{Serialize, de::DeserializeOwned};
use sha2::{Digest as _, Sha256};
use store::Tx;

use crate::{
    codes,
    model::{OK, Way},
    queries,
    reports::note,
};

/// When a call was signed, in milliseconds.
pub const TIMESTAMP: &str = "x-zhike-timestamp";
/// By which marks.
pub const SIGNATURE: &str = "x-zhike-signature";
/// Callers that are told apart at most.
const REMEMBERED: usize = 50_000;

/// How much each address called lately: a part of the app.
#[derive(Default)]
pub(crate) struct Callers(OnceLock<DefaultKeyedRateLimiter<Option<IpAddr>>>);

impl Callers {
    fn may(&self, app: &App, from: Option<IpAddr>) -> Result<()> {
        let limiter = self.0.get_or_init(|| {
            let most = |number| NonZeroU32::new(number).unwrap_or(NonZeroU32::MIN);
            let limits = app.limits();
            DefaultKeyedRateLimiter::keyed(
                Quota::per_second(most(limits.requests_per_second)).allow_burst(most(limits.burst)),
            )
        });
        if limiter.len() > REMEMBERED {
            limiter.retain_recent();
        }
        limiter.check_key(&from).map_err(|_| Error::Limited { retry_after: 1 })
    }
}

/// Who calls, before anything is believed.
pub struct Caller {
    /// From where.
    pub ip: Option<IpAddr>,
    /// With what beside the body.
    pub headers: HeaderMap,
}

impl FromRequestParts<App> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Problem> {
        let direct = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
        let ip = http::peer(&parts.headers, direct, app.limits());
        app.part::<Callers>().may(app, ip)?;
        Ok(Self { ip, headers: parts.headers.clone() })
    }
}

/// A call of a system that knows the channel's secret.
pub struct Signed<T> {
    /// What it says.
    pub said: T,
    /// To whom.
    pub door: Door,
}

/// What a call came to, and by which it is known again.
#[derive(Clone)]
pub struct Door {
    /// The running product.
    pub app: App,
    /// The channel that is called.
    pub channel: Channel,
    /// The secrets that are good.
    pub(crate) secrets: Vec<String>,
    pub(crate) ip: Option<IpAddr>,
    mark: String,
}

impl<T: DeserializeOwned> Signed<T> {
    /// Reads a call to the channel of this kind and key.
    ///
    /// # Errors
    /// 401 for a key nobody has and for a signature that is none, alike; then whatever is wrong with it.
    pub async fn read(app: App, kind: ChannelKind, key: String, caller: Caller, body: Body) -> Result<Self, Response> {
        let body = http::read_body(body, app.limits().body).await?;
        let (channel, secrets) = known(&app, kind, key).await.map_err(|error| Problem(error).into_response())?;
        let text = |name: &str| caller.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let timestamp = text(TIMESTAMP);
        let mark = mark(&channel, timestamp, &body);
        let signed = outbound::is_signed(&secrets, timestamp, &body, text(SIGNATURE));
        let door = Door { app, channel, secrets, ip: caller.ip, mark };
        if !signed {
            let detail = if door.secrets.is_empty() { "no_secret" } else { "" };
            note(&door.app, door.channel.id, Way::In, "signature", detail).await;
            return Err(Problem(Error::Unauthenticated).into_response());
        }
        let now = door.app.clock().now().millis();
        let off = timestamp.parse::<i64>().map_or(i64::MAX, |at| now.saturating_sub(at));
        if off.saturating_abs() > outbound::WINDOW_MS {
            let params = Params::from([("off_ms", off.into())]);
            return Err(door.refuse(Error::Conflict(codes::CLOCK_OFF, params)).await);
        }
        if !text(header::CONTENT_TYPE.as_str()).starts_with("application/json") {
            return Err(door.refuse(Error::field("content-type", "not_json")).await);
        }
        match http::parse(&body) {
            Ok(said) => Ok(Self { said, door }),
            Err(Problem(error)) => Err(door.refuse(error).await),
        }
    }
}

impl Door {
    /// The door of this key, for a call that shows by other means who it is.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] for a key nobody has.
    pub(crate) async fn find(app: App, key: String, caller: &Caller) -> Result<Self> {
        let (channel, secrets) = known(&app, ChannelKind::Open, key).await?;
        Ok(Self { app, channel, secrets, ip: caller.ip, mark: String::new() })
    }

    /// Takes the call, once: in the transaction of what follows from it.
    ///
    /// # Errors
    /// `openchannel.replayed`.
    pub fn once(&self, tx: &mut Tx<'_>) -> Result<()> {
        let until = tx.now().plus_millis(2 * outbound::WINDOW_MS);
        if queries::mark(tx, &self.mark, until)? {
            Ok(())
        } else {
            Err(codes::REPLAYED.conflict())
        }
    }

    /// Answers the call, and notes how it went.
    pub async fn answer<A: Serialize>(&self, done: Result<A>) -> Response {
        match done {
            Ok(answer) => {
                note(&self.app, self.channel.id, Way::In, OK, "").await;
                Json(answer).into_response()
            }
            Err(error) => self.refuse(error).await,
        }
    }

    /// Refuses the call, and notes why.
    pub async fn refuse(&self, error: Error) -> Response {
        let (code, detail) = match &error {
            Error::Invalid(bad) => {
                let named: Vec<_> = bad.iter().map(|bad| format!("{}: {}", bad.field, bad.code)).collect();
                ("invalid", named.join(", "))
            }
            Error::Conflict(code, params) => {
                let detail = params.iter().map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>();
                (code.name().rsplit('.').next().unwrap_or_default(), detail.join(", "))
            }
            Error::NotFound => ("not_found", String::new()),
            Error::Limited { .. } => ("limited", String::new()),
            _ => ("trouble", String::new()),
        };
        note(&self.app, self.channel.id, Way::In, code, &detail).await;
        files::api::refusal(error)
    }

    /// The customer who writes, as the one who acts.
    pub(crate) fn by(&self, visitor: Visitor) -> Arc<Origin> {
        let system = Origin::system("openchannel");
        Arc::new(Origin { actor: Actor::Visitor(visitor), ip: self.ip, ..(*system).clone() })
    }
}

/// The channel of this key, and the secrets that are good for it.
async fn known(app: &App, kind: ChannelKind, key: String) -> Result<(Channel, Vec<String>)> {
    let find = move |tx: &mut Tx<'_>| {
        let channel = channels::api::with_key(tx, kind, &key)?;
        let secrets = channels::api::secrets(tx, channel.id)?;
        Ok((channel, secrets))
    };
    match app.db().read(&Origin::system("openchannel"), find).await {
        Err(Error::NotFound) => Err(Error::Unauthenticated),
        found => found,
    }
}

/// By what a call is known again.
fn mark(channel: &Channel, timestamp: &str, body: &[u8]) -> String {
    let mut digest = Sha256::new();
    for part in [channel.id.to_string().as_bytes(), b".", timestamp.as_bytes(), b".", body] {
        digest.update(part);
    }
    kernel::hex(digest.finalize())
}
