//! Facts this module emits.

use conversations::ConversationId;
use kernel::{ChannelId, Id};
use serde::{Deserialize, Serialize};

use crate::{Sms, SmsState};

/// A gateway was added, or set otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SmsGatewayChanged {
    /// Of which channel.
    pub channel_id: ChannelId,
}

impl SmsGatewayChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "sms_gateway.changed";
}

/// Somebody wrote by text message.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SmsHeard {
    /// In which conversation it stands.
    pub conversation_id: ConversationId,
}

impl SmsHeard {
    /// The fact's kind.
    pub const KIND: &'static str = "sms.heard";
}

/// A single message went, arrived, or could not go.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct SmsChanged {
    /// Which.
    pub sms_id: Id<Sms>,
    /// By which channel.
    pub channel_id: ChannelId,
    /// What its sender calls it.
    pub reference: String,
    /// Where it stands now.
    pub state: SmsState,
}

impl SmsChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "sms.changed";
}
