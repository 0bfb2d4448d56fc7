//! Refusals of this module.

use kernel::Code;

pub(crate) const STALE: Code = Code::new("openchannel.stale");
pub(crate) const REPLAYED: Code = Code::new("openchannel.replayed");
pub(crate) const CLOCK_OFF: Code = Code::new("openchannel.clock_off");
