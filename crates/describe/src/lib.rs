//! The API as the code says it: where each operation is, and, with the feature `described`, what it takes and gives.
//!
//! Every crate has this one under the name `utoipa`, and uses it as if it were: with the feature it is utoipa, whose
//! descriptions the tests compare with what is told and with the kept `openapi.json`. Without it those attributes are
//! nothing. The product ships without: its descriptions were an eighth of the binary, and most of the memory of a start.
//! The routes are made by the same code either way.

mod router;

pub use describe_macros::{path, routes};
#[cfg(feature = "described")]
#[doc(hidden)]
pub use real::path as described_path;
#[cfg(feature = "described")]
pub use real::*;
#[cfg(feature = "described")]
pub use router::{Described, Operations};
pub use router::{OpenApiRouter, Route, Routes, Verb};

#[cfg(not(feature = "described"))]
pub use bare::*;

#[cfg(not(feature = "described"))]
mod bare {
    pub use describe_macros::{IntoParams, ToSchema};

    /// What can be described; here, everything.
    pub trait ToSchema {}
    impl<T: ?Sized> ToSchema for T {}

    /// What a query takes.
    pub trait IntoParams {}
    impl<T: ?Sized> IntoParams for T {}
}
