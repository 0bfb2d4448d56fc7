//! `Idempotency-Key`: a POST that is sent twice is done once.
//!
//! The key is reserved before the handler runs and keeps its answer for a day. The same key with
//! another request is refused. A reservation whose answer never came (the process died) is free
//! again after a minute; what must not happen twice even then has a key of its own in its table.

use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use kernel::Error;
use sha2::{Digest, Sha256};
use store::{Migration, params, sql};

use crate::{App, Cx, Problem, codes, extract::read_body};

sql! {
    RESERVE = "INSERT INTO idempotency_keys (owner, key, fingerprint, reserved_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    FIND = "SELECT fingerprint, reserved_at, status, body FROM idempotency_keys WHERE owner = $1 AND key = $2";
    RENEW = "UPDATE idempotency_keys SET reserved_at = $3 WHERE owner = $1 AND key = $2";
    ANSWER = "UPDATE idempotency_keys SET status = $3, body = $4 WHERE owner = $1 AND key = $2";
    FREE = "DELETE FROM idempotency_keys WHERE owner = $1 AND key = $2";
    FORGET = "DELETE FROM idempotency_keys WHERE reserved_at < $1";
}

/// How long an answer is kept, in milliseconds.
const KEPT: i64 = 24 * 3_600_000;
/// How long a reservation without an answer holds.
const HELD: i64 = 60_000;
/// An answer larger than this is not kept; the key then only guards against a second run.
const LARGEST: usize = 256 * 1024;

/// The table of keys.
pub(crate) fn migrations() -> &'static [Migration] {
    store::migrations!["202611220910_idempotency"]
}

enum Before {
    Run,
    Answered(i64, String),
}

pub(crate) async fn layer(State(app): State<App>, cx: Cx, request: Request, next: Next) -> Response {
    let key = request.headers().get("idempotency-key").and_then(|key| key.to_str().ok()).map(str::to_owned);
    let multipart =
        request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"multipart/"));
    match key {
        // An upload is not held in memory to be compared.
        Some(key) if request.method() == Method::POST && !multipart => {
            match once(&app, &cx, key, request, next).await {
                Ok(response) | Err(response) => response,
            }
        }
        _ => next.run(request).await,
    }
}

async fn once(app: &App, cx: &Cx, key: String, request: Request, next: Next) -> Result<Response, Response> {
    if key.is_empty() || key.len() > 100 {
        return Err(Problem(Error::field("idempotency-key", "out_of_range")).into_response());
    }
    let owner = cx.actor().id_text().or_else(|| cx.origin().ip.map(|ip| ip.to_string())).unwrap_or_default();
    let (parts, body) = request.into_parts();
    let bytes = read_body(body, app.limits().body).await?;
    let mut hasher = Sha256::new();
    hasher.update(parts.uri.to_string());
    hasher.update([0]);
    hasher.update(&bytes);
    let fingerprint: String = kernel::hex(hasher.finalize());

    let (owner, key) = (std::sync::Arc::<str>::from(owner), std::sync::Arc::<str>::from(key));
    let before = {
        let (owner, key) = (owner.clone(), key.clone());
        cx.write(move |tx| {
            let now = tx.now();
            tx.exec(&FORGET, params![now.plus_millis(-KEPT)])?;
            if tx.exec(&RESERVE, params![&*owner, &*key, fingerprint, now])? == 1 {
                return Ok(Before::Run);
            }
            let found: (String, kernel::Timestamp, Option<i64>, Option<String>) =
                tx.one(&FIND, params![&*owner, &*key])?;
            match found {
                (other, ..) if other != fingerprint => Err(codes::KEY_REUSED.conflict()),
                (_, _, Some(status), body) => Ok(Before::Answered(status, body.unwrap_or_default())),
                (_, reserved, None, _) if now.since(reserved) < HELD => Err(codes::KEY_BUSY.conflict()),
                _ => tx.exec(&RENEW, params![&*owner, &*key, now]).map(|_| Before::Run),
            }
        })
        .await
        .map_err(refusal)?
    };
    if let Before::Answered(status, body) = before {
        return Ok(replay(status, body));
    }

    let response = next.run(Request::from_parts(parts, Body::from(bytes))).await;
    let status = response.status();
    let (mut parts, body) = response.into_parts();
    let bytes: Bytes = to_bytes(body, usize::MAX).await.map_err(|error| refusal(Error::internal(error)))?;
    parts.headers.remove(header::CONTENT_LENGTH);
    let kept = std::str::from_utf8(&bytes).ok().filter(|text| text.len() <= LARGEST).map(str::to_owned);
    cx.write(move |tx| match &kept {
        // Only what was done is remembered; what failed may be tried again with the same key.
        Some(text) if status.is_success() => {
            tx.exec(&ANSWER, params![&*owner, &*key, i64::from(status.as_u16()), text])
        }
        _ => tx.exec(&FREE, params![&*owner, &*key]),
    })
    .await
    .map_err(refusal)?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn refusal(error: Error) -> Response {
    Problem(error).into_response()
}

fn replay(status: i64, body: String) -> Response {
    let status =
        u16::try_from(status).ok().and_then(|status| StatusCode::from_u16(status).ok()).unwrap_or(StatusCode::OK);
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}
