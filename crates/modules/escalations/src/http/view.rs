//! An escalation as it goes out.

use kernel::Result;
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    model::{Escalation, EscalationState, EscalationStep},
    policy, queries,
};

/// An escalation, with what a list shows beside it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EscalationView {
    #[serde(flatten)]
    pub escalation: Escalation,
    /// Whether it is unsolved beyond its first term.
    pub late: bool,
    /// Whether the caller may solve it, and say how it goes.
    pub may_solve: bool,
}

/// An escalation with its steps.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(crate) struct EscalationCourse {
    #[serde(flatten)]
    pub view: EscalationView,
    /// What happened, in order.
    pub course: Vec<EscalationStep>,
}

pub(crate) fn view(tx: &Tx<'_>, escalation: Escalation) -> EscalationView {
    let open = escalation.state == EscalationState::Open;
    EscalationView {
        late: open && escalation.late_since.is_some(),
        may_solve: open && policy::may_solve(tx.actor(), &escalation, tx.now()).is_ok(),
        escalation,
    }
}

pub(crate) fn course(tx: &mut Tx<'_>, escalation: Escalation) -> Result<EscalationCourse> {
    let course = queries::steps(tx, escalation.id)?;
    Ok(EscalationCourse { view: view(tx, escalation), course })
}
