//! A promise as it goes out.

use kernel::{Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{model::Promise, policy};

/// A promise, with what a list shows beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct PromiseView {
    #[serde(flatten)]
    pub promise: Promise,
    /// Whether it was not kept in time.
    pub broken: bool,
    /// Whether the caller may say that it was kept.
    pub may_keep: bool,
    /// Whether the caller may withdraw it.
    pub may_withdraw: bool,
}

pub(crate) fn view(tx: &Tx<'_>, promise: Promise) -> PromiseView {
    let now: Timestamp = tx.now();
    let fine = |answer: Result<kernel::Permit>| answer.is_ok();
    PromiseView {
        broken: promise.is_broken(now),
        may_keep: fine(policy::may_keep(tx.actor(), &promise, now)),
        may_withdraw: fine(policy::may_withdraw(tx.actor(), &promise, now)),
        promise,
    }
}
