//! Deciding, and taking back.

use access::Placement;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, Result, UserId};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{self, ApprovalView};
use crate::{
    api,
    authority::Authorities,
    model::{Approval, Decision, Verdict},
    policy, queries,
};

/// What one says to a request.
#[derive(Deserialize, ToSchema)]
#[schema(as = NewDecision)]
#[serde(deny_unknown_fields)]
pub(crate) struct Said {
    /// Yes or no.
    decision: Verdict,
    /// Why, up to 1,000 characters; a no needs it.
    comment: Option<String>,
    /// On whose authority: one's own id, or that of a colleague who delegated to one. Unless told, one's
    /// own when that is enough, else a delegated one that is.
    in_name_of: Option<UserId>,
}

/// Approves or rejects a request. It is final with a no, and with the last yes that is needed.
#[utoipa::path(post, path = "/approvals/{id}/decision", tag = "approvals", params(("id" = Id<Approval>, Path)), request_body = Said, responses((status = 200, body = ApprovalView)))]
pub(crate) async fn decide(cx: Cx, Path(id): Path<Id<Approval>>, Json(request): Json<Said>) -> Answer<ApprovalView> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let approval = cx
        .write(move |tx| {
            Check::new().maybe_text("comment", request.comment.as_deref(), 0..=1_000).done()?;
            let (before, mut steps, authorities) = found(tx, id, &**placement)?;
            let comment = request.comment.as_deref().map(str::trim).filter(|comment| !comment.is_empty());
            let mut refusal = None;
            for (permit, hand) in authorities.hands(&before, request.in_name_of) {
                let said = (tx.new_id(), request.decision, comment.map(str::to_owned));
                match before.clone().decided(&permit, &steps, &hand, said) {
                    Ok((after, decision)) => {
                        api::keep_decision(tx, &before, &after, &decision)?;
                        steps.push(decision);
                        return view::one(tx, &authorities, after, steps);
                    }
                    // What one's own authority refuses says more than what a delegated one does.
                    Err(error) => {
                        refusal.get_or_insert(error);
                    }
                }
            }
            Err(refusal.unwrap_or(Error::Forbidden(policy::DECIDE)))
        })
        .await?;
    Ok(Json(approval))
}

/// Takes one's own request back while it waits.
#[utoipa::path(post, path = "/approvals/{id}/withdrawal", tag = "approvals", params(("id" = Id<Approval>, Path)), responses((status = 200, body = ApprovalView)))]
pub(crate) async fn withdraw(cx: Cx, Path(id): Path<Id<Approval>>) -> Answer<ApprovalView> {
    let placement = cx.app().part::<Box<dyn Placement>>();
    let approval = cx
        .write(move |tx| {
            let (before, steps, authorities) = found(tx, id, &**placement)?;
            let permit = tx.actor().permit_own(tx.now())?;
            let me = tx.actor().staff()?.id;
            let after = before.clone().withdrawn(&permit, me)?;
            api::keep_withdrawal(tx, &before, &after)?;
            view::one(tx, &authorities, after, steps)
        })
        .await?;
    Ok(Json(approval))
}

/// The request with what was said so far, when the actor may see it.
fn found(
    tx: &mut Tx<'_>,
    id: Id<Approval>,
    placement: &dyn Placement,
) -> Result<(Approval, Vec<Decision>, Authorities)> {
    let approval = queries::find(tx, id)?;
    let steps = queries::decisions(tx, std::slice::from_ref(&approval))?;
    let authorities = Authorities::of_actor(tx, placement)?;
    authorities.may_see(tx.actor(), &approval, &steps)?;
    Ok((approval, steps, authorities))
}
