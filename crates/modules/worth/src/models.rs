//! The arithmetic of value, pure: no database, no clock, no chance.

pub(crate) mod bgnbd;
pub(crate) mod math;
pub(crate) mod rfm;
pub(crate) mod sample;
pub(crate) mod services;
pub(crate) mod spend;
pub(crate) mod uplift;
