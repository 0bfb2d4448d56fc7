//! Accounts of WeChat and WeCom, whom we met there, and what may still be said to them.

mod account;
mod contact;
mod said;
mod window;

pub use account::{AccountKind, AccountState, Sealing, WechatAccount, WechatCalls};
pub(crate) use account::{Details, Secrets, Setup, is_id};
pub(crate) use contact::{AccessToken, Arrival, Contact};
pub(crate) use said::{Said, cut, text_of};
pub(crate) use window::Allowance;
pub(crate) use window::Window;
