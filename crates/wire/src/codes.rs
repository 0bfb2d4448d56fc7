//! What a socket refuses, by name.

use kernel::Code;

/// The frame is no JSON, of no known kind, or has fields it should not.
pub const MALFORMED: Code = Code::new("wire.malformed");
/// The connection watches as many topics as it may.
pub const TOO_MANY_TOPICS: Code = Code::new("wire.too_many_topics");
