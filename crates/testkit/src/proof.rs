//! The proof that nothing is lost: customers and agents at work while processes are killed and
//! connections cut, and a reckoning at the end.
//!
//! A [`Plan`] is made from a seed: who says how much when, how agents behave, what breaks in which
//! order. [`prove`] lets it happen to the real binary and answers what was found wrong. The plan
//! repeats exactly, the machine's scheduling does not: a fault may need the same seed a few times.

mod agent;
mod book;
mod customer;
mod faults;
mod line;
mod node;
mod observer;
mod plan;
mod proxy;
mod reckoning;
mod run;
mod stage;

pub use plan::{Plan, Scene};
pub use run::{Binary, Findings, prove};
