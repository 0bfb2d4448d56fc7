//! The whole product: what holds for every operation, every statement, and under every fault.

mod archive;
mod bodies;
mod crosswoz;
mod demo;
mod hostile;
mod openapi;
mod operations;
mod product;
mod proof;
mod reading;
mod schemas;
mod statements;
mod visitors;
