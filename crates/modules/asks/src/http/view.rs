//! An ask as it goes out.

use kernel::{Permit, Result};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    alike::WEEK_MS,
    model::{Ask, AskLine, AskState},
    policy, queries,
};

/// An ask, with what a list shows beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AskView {
    #[serde(flatten)]
    pub ask: Ask,
    /// Whether it should have been answered by now.
    pub overdue: bool,
    /// Whether the caller may answer it.
    pub may_answer: bool,
    /// Whether the caller may go on with the thread.
    pub may_say: bool,
    /// Whether the caller may withdraw it.
    pub may_withdraw: bool,
    /// How many of the same were asked within seven days, this one included; 0 while it is not sorted.
    pub same: i64,
}

/// An ask with its thread.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct AskThread {
    #[serde(flatten)]
    pub view: AskView,
    /// What was said, in order.
    pub thread: Vec<AskLine>,
}

pub(crate) fn view(tx: &mut Tx<'_>, ask: Ask) -> Result<AskView> {
    let now = tx.now();
    let same = match &ask.likeness {
        Some(likeness) => queries::same(tx, likeness, now.plus_millis(-WEEK_MS))?,
        None => 0,
    };
    let me = tx.actor().staff().ok().map(|staff| staff.id);
    let fine = |answer: Result<Permit>| answer.is_ok();
    let open = ask.state == AskState::Open;
    Ok(AskView {
        overdue: ask.is_overdue(now),
        may_answer: open && me != Some(ask.asked_by) && fine(policy::may_answer(tx.actor(), &ask, now)),
        may_say: ask.state != AskState::Withdrawn && fine(policy::may_say(tx.actor(), &ask, now)),
        may_withdraw: open && fine(policy::may_withdraw(tx.actor(), &ask, now)),
        same,
        ask,
    })
}

pub(crate) fn thread(tx: &mut Tx<'_>, ask: Ask) -> Result<AskThread> {
    let thread = queries::lines(tx, ask.id)?;
    Ok(AskThread { view: view(tx, ask)?, thread })
}
