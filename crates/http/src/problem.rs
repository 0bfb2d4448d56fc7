//! Errors as they leave the house: RFC 9457 problem details.

use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use kernel::{Error, FieldError, Params};
use serde::Serialize;
use utoipa::ToSchema;

use crate::plain::Refused;

/// What a handler answers.
pub type Answer<T> = Result<crate::Json<T>, Problem>;

/// The codes of refusals that belong to no module.
pub mod codes {
    use kernel::Code;

    /// The same idempotency key came with another request.
    pub const KEY_REUSED: Code = Code::new("http.idempotency_key_reused");
    /// The first request with this idempotency key is still being answered.
    pub const KEY_BUSY: Code = Code::new("http.idempotency_key_busy");
}

/// A refusal on its way out.
#[derive(Debug)]
pub struct Problem(pub Error);

impl<E: Into<Error>> From<E> for Problem {
    fn from(error: E) -> Self {
        Self(error.into())
    }
}

/// The body of every refusal, `application/problem+json`.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Body {
    /// Always `about:blank`: the code says which problem it is.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// The stable name of the problem; user interfaces translate it.
    #[schema(example = "tasks.not_open")]
    code: &'static str,
    /// Values for the translated text.
    #[schema(value_type = Object)]
    params: Params,
    /// Every field that could not be taken, for `invalid`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<FieldProblem>)]
    fields: Vec<FieldError>,
}

/// One field that could not be taken.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes kernel's FieldError, which knows no OpenAPI")]
pub(crate) struct FieldProblem {
    /// The path of the field in the request.
    field: String,
    /// Why: `required`, `too_long`, …
    code: String,
    /// Values for the translated text.
    #[schema(value_type = Object)]
    params: Params,
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.respond(None)
    }
}

impl Problem {
    /// The answer under a status that says more than the error's own: 405, 413, 415.
    pub fn answered_as(self, status: StatusCode) -> Response {
        self.respond(Some(status))
    }

    fn respond(self, instead: Option<StatusCode>) -> Response {
        let mut params = Params::new();
        let mut fields = Vec::new();
        let mut retry_after = None;
        let (status, code) = match self.0 {
            Error::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
            Error::Forbidden(permission) => {
                params.insert("permission", permission.into());
                (StatusCode::FORBIDDEN, "forbidden")
            }
            Error::NotFound => (StatusCode::NOT_FOUND, "not_found"),
            Error::Invalid(bad) => {
                fields = bad;
                (StatusCode::UNPROCESSABLE_ENTITY, "invalid")
            }
            Error::Conflict(code, given) => {
                params = given;
                let reused = code == codes::KEY_REUSED;
                (if reused { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::CONFLICT }, code.name())
            }
            Error::Limited { retry_after: seconds } => {
                params.insert("retry_after", seconds.into());
                retry_after = Some(seconds);
                (StatusCode::TOO_MANY_REQUESTS, "limited")
            }
            Error::Unavailable(part) => {
                params.insert("part", part.into());
                retry_after = Some(1);
                (StatusCode::SERVICE_UNAVAILABLE, "unavailable")
            }
            Error::Internal(cause) => {
                tracing::error!(%cause, detail = ?cause, "internal error");
                (StatusCode::INTERNAL_SERVER_ERROR, "internal")
            }
        };
        let status = instead.unwrap_or(status);
        let title = status.canonical_reason().unwrap_or("Error");
        let refused = Refused { code, params: params.clone() };
        let body = Body { kind: "about:blank", title, status: status.as_u16(), code, params, fields };
        let mut response = (status, Json(body)).into_response();
        response.extensions_mut().insert(refused);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
