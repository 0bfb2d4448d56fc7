//! The one closed error of the house.

use std::{borrow::Cow, collections::BTreeMap};

use serde::Serialize;
use serde_json::Value;

/// What a fallible step of the product answers.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Named values that a translated error text may use.
pub type Params = BTreeMap<&'static str, Value>;

/// A stable name of a refusal, `module.reason`. Every code has a text in every locale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(transparent)]
pub struct Code(&'static str);

impl Code {
    /// A code; declare it as a `const` in a module's `codes.rs`.
    pub const fn new(name: &'static str) -> Self {
        Self(name)
    }

    /// The name as it goes out.
    pub const fn name(self) -> &'static str {
        self.0
    }

    /// A conflict with this code and no parameters.
    pub fn conflict(self) -> Error {
        Error::Conflict(self, Params::new())
    }
}

/// One field of a request that cannot be taken, and why.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct FieldError {
    /// The path of the field in the request body: `week[2].slots[0].end`.
    pub field: Cow<'static, str>,
    /// Why: `required`, `too_long`, `out_of_range`, …
    pub code: &'static str,
    /// Values for the text: `{"max": 200}`.
    #[serde(skip_serializing_if = "Params::is_empty")]
    pub params: Params,
}

/// Everything that can go wrong, as its caller must tell it apart.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nobody is signed in, or the session or token has ended.
    #[error("not signed in")]
    Unauthenticated,
    /// The actor lacks the named permission. What the actor may not even see is [`Error::NotFound`].
    #[error("lacks the permission {0}")]
    Forbidden(&'static str),
    /// There is no such thing, or the actor may not see it.
    #[error("not found")]
    NotFound,
    /// The request itself is wrong; every bad field is named.
    #[error("invalid: {0:?}")]
    Invalid(Vec<FieldError>),
    /// The request is right but the state of things refuses it.
    #[error("conflict: {}", .0.name())]
    Conflict(Code, Params),
    /// Too much, too fast; try again after so many seconds.
    #[error("limited for {retry_after} s")]
    Limited {
        /// Seconds to wait.
        retry_after: u32,
    },
    /// A part that is needed does not answer now; the same request may succeed later.
    #[error("unavailable: {0}")]
    Unavailable(&'static str),
    /// A fault of ours. Its text goes to the log, never to the caller.
    #[error("internal: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// A fault of ours, from any error or text.
    pub fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(cause.into())
    }

    /// A refusal of the `field` by which somebody names what is not there for them; any other error stays what it is:
    /// `api::visible(tx, id).map_err(Error::absent("customer_id", "unknown"))?`.
    pub fn absent(field: impl Into<Cow<'static, str>>, code: &'static str) -> impl FnOnce(Self) -> Self {
        move |error| match error {
            Self::NotFound => Self::field(field, code),
            other => other,
        }
    }

    /// One bad field.
    pub fn field(field: impl Into<Cow<'static, str>>, code: &'static str) -> Self {
        Self::Invalid(vec![FieldError { field: field.into(), code, params: Params::new() }])
    }
}
