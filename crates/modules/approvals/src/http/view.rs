//! A request as it goes out.

use std::collections::HashMap;

use kernel::{Error, Result, UserId};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{
    authority::Authorities,
    model::{Approval, ApprovalState, Decision, Verdict},
    queries,
};

/// A request, with what was said about it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ApprovalView {
    #[serde(flatten)]
    pub approval: Approval,
    /// The name of the person who asks.
    pub applicant_name: Option<String>,
    /// What approvers said, the first first. None when it lay within the applicant's own authority.
    pub steps: Vec<Step>,
    /// How many more must approve; 0 once it is final.
    pub outstanding: i64,
    /// Whether whoever reads this may decide it now.
    pub may_decide: bool,
}

/// What one approver said.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ApprovalStep)]
pub(crate) struct Step {
    #[serde(flatten)]
    pub decision: Decision,
    /// The name of the person who decided.
    pub decided_by_name: Option<String>,
    /// The name of the person on whose authority they did.
    pub in_name_of_name: Option<String>,
}

/// The request as it goes out.
pub(crate) fn one(
    tx: &mut Tx<'_>,
    authorities: &Authorities,
    approval: Approval,
    steps: Vec<Decision>,
) -> Result<ApprovalView> {
    view(tx, authorities, approval, steps, &mut Names::default())
}

/// The requests as they go out; each name is looked up once.
pub(crate) fn all(tx: &mut Tx<'_>, authorities: &Authorities, approvals: Vec<Approval>) -> Result<Vec<ApprovalView>> {
    let mut steps = by_approval(queries::decisions(tx, &approvals)?);
    let mut names = Names::default();
    let with_steps = approvals.into_iter().map(|approval| {
        let steps = steps.remove(&approval.id.to_string()).unwrap_or_default();
        view(tx, authorities, approval, steps, &mut names)
    });
    with_steps.collect()
}

/// Decisions by the request they belong to.
pub(crate) fn by_approval(decisions: Vec<Decision>) -> HashMap<String, Vec<Decision>> {
    let mut by_approval: HashMap<String, Vec<Decision>> = HashMap::new();
    for decision in decisions {
        by_approval.entry(decision.approval_id.to_string()).or_default().push(decision);
    }
    by_approval
}

fn view(
    tx: &mut Tx<'_>,
    authorities: &Authorities,
    approval: Approval,
    steps: Vec<Decision>,
    names: &mut Names,
) -> Result<ApprovalView> {
    let may_decide = authorities.may_decide(&approval, &steps);
    let yes = steps.iter().filter(|step| step.decision == Verdict::Approve).count() as i64;
    let outstanding = if approval.state == ApprovalState::Pending { approval.needed - yes } else { 0 };
    let applicant_name = names.of(tx, approval.applicant_id)?;
    let named = steps.into_iter().map(|decision| {
        let decided_by_name = names.of(tx, decision.decided_by)?;
        let in_name_of_name = names.of(tx, decision.in_name_of)?;
        Ok(Step { decision, decided_by_name, in_name_of_name })
    });
    let steps = named.collect::<Result<_>>()?;
    Ok(ApprovalView { approval, applicant_name, steps, outstanding, may_decide })
}

/// The names of people, each looked up once.
#[derive(Default)]
pub(super) struct Names(HashMap<UserId, Option<String>>);

impl Names {
    pub(super) fn of(&mut self, tx: &mut Tx<'_>, id: UserId) -> Result<Option<String>> {
        if let Some(name) = self.0.get(&id) {
            return Ok(name.clone());
        }
        let name = match access::api::user(tx, id) {
            Ok(user) => Some(user.name),
            Err(Error::NotFound) => None,
            Err(error) => return Err(error),
        };
        self.0.insert(id, name.clone());
        Ok(name)
    }
}
