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

use crate::{App, Problem, spelt};

/// A JSON body, taken or answered.
#[derive(Debug)]
pub struct Json<T>(pub T);

impl<T: DeserializeOwned> FromRequest<App> for Json<T> {
    type Rejection = Response;

    async fn from_request(request: Request, app: &App) -> Result<Self, Response> {
        let kind = request.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
        if !kind.starts_with("application/json") {
            let refusal = refusal("content-type", "not_json", "application/json");
            return Err(refusal.answered_as(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        }
        let bytes = read_body(request.into_body(), app.limits().body).await?;
        parse(&bytes).map(Json).map_err(IntoResponse::into_response)
    }
}

/// The value that `bytes` spell.
///
/// # Errors
/// A refusal that names the field by its path in the body.
pub fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    spelt::read(bytes).map_err(|(path, error)| misspelt(path, &error))
}

fn misspelt(path: Option<String>, error: &serde_json::Error) -> Problem {
    let text = error.to_string();
    let Some(path) = path else { return refusal("body", "malformed_json", &text) };
    let code = if text.starts_with("unknown field") {
        "unknown_field"
    } else if text.starts_with("missing field") {
        "required"
    } else {
        "wrong_type"
    };
    // Of what is missing or too much, the path ends above it; its name stands between backquotes.
    let name = text.split('`').nth(1).filter(|_| code != "wrong_type" || text.starts_with("duplicate field"));
    let field = match (path.as_str(), name) {
        ("", name) => name.unwrap_or("body").to_owned(),
        (above, Some(name)) => format!("{above}.{name}"),
        (path, None) => path.to_owned(),
    };
    refusal(field, code, &text)
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        // Into a plain vector: its writer is the quick one.
        match serde_json::to_vec(&self.0) {
            Ok(bytes) => ([(header::CONTENT_TYPE, "application/json")], bytes).into_response(),
            Err(error) => Problem(Error::internal(error)).into_response(),
        }
    }
}

/// Bytes beyond the limit that are read and thrown away, so that the sender hears the refusal
/// instead of a broken connection.
const DRAINED: usize = 16 << 20;

/// The whole body, up to `limit` bytes.
///
/// # Errors
/// 413 beyond the limit, 422 when the body breaks off.
pub async fn read_body(body: Body, limit: usize) -> Result<Vec<u8>, Response> {
    let mut stream = body.into_data_stream();
    let mut bytes = Vec::new();
    let mut length = 0;
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(|_| refusal("body", "unreadable", "").into_response())?;
        length += chunk.len();
        if length <= limit {
            bytes.extend_from_slice(&chunk);
        } else if length > limit + DRAINED {
            break;
        }
    }
    if length > limit {
        return Err(refusal("body", "too_large", "").answered_as(StatusCode::PAYLOAD_TOO_LARGE));
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
            refusal(field, code, &text).into_response()
        })
    }
}

fn refusal(field: impl Into<String>, code: &'static str, detail: &str) -> Problem {
    let field: String = field.into().chars().take(100).collect();
    let detail: String = detail.chars().take(200).collect();
    let params = if detail.is_empty() {
        Params::new()
    } else {
        Params::from([("detail", detail.into())])
    };
    Problem(Error::Invalid(vec![FieldError { field: field.into(), code, params }]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Slot {
        end: String,
    }

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Week {
        name: String,
        slots: Vec<Slot>,
    }

    #[test]
    fn a_refused_body_names_the_field_by_its_path() {
        for (body, field, code) in [
            (r#"{"name":["a"],"slots":[]}"#, "name", "wrong_type"),
            (r#"{"slots":[]}"#, "name", "required"),
            (r#"{"name":"a","slots":[],"no":1}"#, "no", "unknown_field"),
            (r#"{"name":"a","slots":[{"end":"1"},{"end":2}]}"#, "slots[1].end", "wrong_type"),
            (r#"{"name":"a","slots":[{}]}"#, "slots[0].end", "required"),
            (r#"{"name":"a","slots":[{"end":"1","no":1}]}"#, "slots[0].no", "unknown_field"),
            (r#"{"name":"a","slots":[{"end":"1"},"b"]}"#, "slots[1]", "wrong_type"),
            (r#"{"name":"a","name":"b","slots":[]}"#, "name", "wrong_type"),
            (r#"[1]"#, "[0]", "wrong_type"),
            (r#"["a",[],2]"#, "body", "wrong_type"),
            (r#"7"#, "body", "wrong_type"),
            (r#"{"name":"#, "body", "malformed_json"),
            (r#"{"name":"a","slots":[]} x"#, "body", "malformed_json"),
        ] {
            let Problem(Error::Invalid(fields)) = parse::<Week>(body.as_bytes()).unwrap_err() else {
                panic!("{body}: another error")
            };
            assert_eq!((fields[0].field.as_ref(), fields[0].code), (field, code), "{body}");
        }
    }
}
