//! What handlers take and answer, with refusals in our own words.

use axum::{
    body::Body,
    extract::{FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use futures_util::StreamExt as _;
use kernel::{Error, FieldError, Params};
use serde::{Serialize, de::DeserializeOwned};

use crate::{App, Problem};

/// A JSON body, taken or answered.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/json") {
            return Err(refuse("content-type", "not_json", "application/json"));
        }
        let bytes = read_body(request.into_body(), app.limits().body).await?;
        serde_json::from_slice(&bytes).map(Json).map_err(|error| {
            let text = error.to_string();
            // serde names an unknown or missing field between backquotes.
            let field = text.split('`').nth(1).filter(|_| error.is_data()).unwrap_or("body").to_owned();
            let code = match error.classify() {
                serde_json::error::Category::Data if text.starts_with("unknown field") => "unknown_field",
                serde_json::error::Category::Data if text.starts_with("missing field") => "required",
                serde_json::error::Category::Data => "wrong_type",
                _ => "malformed_json",
            };
            refuse_owned(field, code, &text)
        })
    }
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Bytes beyond the limit that are read and thrown away, so that the sender hears the refusal
/// instead of a broken connection.
const DRAINED: usize = 16 << 20;

/// The whole body, up to `limit` bytes.
///
/// # Errors
/// 413 beyond the limit, 422 when the body breaks off.
pub(crate) async fn read_body(body: Body, limit: usize) -> Result<Vec<u8>, Response> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| refuse("body", "unreadable", ""))?;
        length += chunk.len();
        if length <= limit {
            bytes.extend_from_slice(&chunk);
        } else if length > limit + DRAINED {
            break;
        }
    }
    if length > limit {
        let mut response = refuse("body", "too_large", "");
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Err(response);
    }
    Ok(bytes)
}

/// The parts of the path. What is no id names nothing: 404.
#[derive(Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        found.map(|path| Self(path.0)).map_err(|_| Problem(Error::NotFound))
    }
}

/// The query string.
#[derive(Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        let found = axum::extract::Query::<T>::from_request_parts(parts, state).await;
        found.map(|query| Self(query.0)).map_err(|rejection| {
            let text = rejection.body_text();
            let field = text.split('`').nth(1).unwrap_or("query").to_owned();
            let code = if text.contains("unknown field") { "unknown_field" } else { "wrong_type" };
            refuse_owned(field, code, &text)
        })
    }
}

fn refuse(field: &'static str, code: &'static str, detail: &str) -> Response {
    refuse_owned(field.to_owned(), code, detail)
}

fn refuse_owned(field: String, code: &'static str, detail: &str) -> Response {
    let field: String = field.chars().take(100).collect();
    let detail: String = detail.chars().take(200).collect();
    let params = if detail.is_empty() {
        Params::new()
    } else {
        Params::from([("detail", detail.into())])
    };
    Problem(Error::Invalid(vec![FieldError { field: field.into(), code, params }])).into_response()
}
