//! Calls to systems of others, and the signature by which we and they know each other.

mod address;
mod call;
mod signature;
mod stream;
mod verdict;

pub use address::Target;
pub use call::{Answer, Request, Trouble, call};
pub use hyper::Method;
pub use signature::{WINDOW_MS, is_signed, sign};
pub use stream::{is_certificate, reach, secure};
pub use verdict::{Verdict, judge};
