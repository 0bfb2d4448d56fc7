//! What other modules call.

pub use crate::look::look;
