//! How what happened to accounts is told.

use kernel::Result;
use store::{Fact, Tx};

use crate::{
    events::WechatAccountChanged,
    model::{AccountState, WechatAccount},
};

/// Tells that an account was added or set otherwise.
pub(crate) fn account(tx: &mut Tx<'_>, account: &WechatAccount) -> Result<()> {
    let fact = WechatAccountChanged { account_id: account.id, active: account.state == AccountState::Active };
    tx.emit(Fact::new(WechatAccountChanged::KIND, account.id, &fact)?);
    Ok(())
}
