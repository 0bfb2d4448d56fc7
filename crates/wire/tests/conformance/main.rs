//! Wire's promises, on real sockets: on both databases, on every bus, and on one that loses,
//! repeats and reorders.

mod nodes;
mod order;
mod plan;
mod rig;
mod sockets;
