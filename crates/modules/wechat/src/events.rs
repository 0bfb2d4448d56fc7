//! Facts this module emits.

use kernel::Id;
use serde::{Deserialize, Serialize};

use crate::WechatAccount;

/// An account was added, or set otherwise.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct WechatAccountChanged {
    /// Which.
    pub account_id: Id<WechatAccount>,
    /// Whether it is answered by.
    pub active: bool,
}

impl WechatAccountChanged {
    /// The fact's kind.
    pub const KIND: &'static str = "wechat_account.changed";
}
