//! Facts this module emits.

use kernel::ChannelId;
use serde::{Deserialize, Serialize};

/// A channel was opened, renamed, paused, resumed or set otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct ChannelChanged {
    /// Which.
    pub channel_id: ChannelId,
    /// Whether it takes new conversations now.
    pub active: bool,
}

impl ChannelChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "channel.changed";
}
