//! The whole product: what holds for every operation, every statement, and under every fault.

mod archive;
#[cfg(feature = "described")]
mod bodies;
mod crosswoz;
mod demo;
mod hostile;
mod keeping;
mod lists;
#[cfg(feature = "described")]
mod openapi;
#[cfg(feature = "described")]
mod operations;
mod plain;
mod product;
mod proof;
#[cfg(feature = "described")]
mod reading;
mod schemas;
mod statements;
mod visitors;
