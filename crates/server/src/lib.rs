//! The product put together.

pub mod archive;
pub mod compose;
pub mod config;
pub mod docs;
pub mod frame;
pub mod live;
pub mod serve;
