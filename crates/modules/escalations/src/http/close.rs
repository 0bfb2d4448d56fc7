//! Saying how it goes, and ending it.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id, Permit, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{EscalationCourse, course};
use crate::{
    api,
    model::{Escalation, EscalationStep, Who},
    policy, queries,
};

/// A word on how it goes.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EscalationWord {
    /// What is said: 1 to 1,000 characters.
    text: String,
}

/// Says how it goes: seen by everybody who was told.
#[utoipa::path(post, path = "/escalations/{id}/words", tag = "escalations", params(("id" = Id<Escalation>, Path)), request_body = EscalationWord, responses((status = 200, body = EscalationCourse)))]
pub(crate) async fn say(
    cx: Cx,
    Path(id): Path<Id<Escalation>>,
    Json(request): Json<EscalationWord>,
) -> Answer<EscalationCourse> {
    let said =
        cx.write(move |tx| stepped(tx, id, ("text", &request.text), |of, permit, by, text| of.said(permit, by, text)));
    Ok(Json(said.await?))
}

/// How it was solved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EscalationSolution {
    /// What was done: 1 to 1,000 characters.
    result: String,
}

/// Says that it is solved: no further level is told, and the tasks of those who were are done.
#[utoipa::path(post, path = "/escalations/{id}/solution", tag = "escalations", params(("id" = Id<Escalation>, Path)), request_body = EscalationSolution, responses((status = 200, body = EscalationCourse)))]
pub(crate) async fn solve(
    cx: Cx,
    Path(id): Path<Id<Escalation>>,
    Json(request): Json<EscalationSolution>,
) -> Answer<EscalationCourse> {
    let solved = cx.write(move |tx| {
        stepped(tx, id, ("result", &request.result), |of, permit, by, text| of.closed(permit, by, true, text))
    });
    Ok(Json(solved.await?))
}

/// Why it need not be solved.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct EscalationWithdrawal {
    /// In one's own words: 1 to 500 characters.
    reason: String,
}

/// Withdraws it, for a reason: it was none, or is gone by itself.
#[utoipa::path(post, path = "/escalations/{id}/withdrawal", tag = "escalations", params(("id" = Id<Escalation>, Path)), request_body = EscalationWithdrawal, responses((status = 200, body = EscalationCourse)))]
pub(crate) async fn withdraw(
    cx: Cx,
    Path(id): Path<Id<Escalation>>,
    Json(request): Json<EscalationWithdrawal>,
) -> Answer<EscalationCourse> {
    let withdrawn = cx.write(move |tx| {
        stepped(tx, id, ("reason", &request.reason), |of, permit, by, text| of.closed(permit, by, false, text))
    });
    Ok(Json(withdrawn.await?))
}

/// Takes one step with these words.
fn stepped(
    tx: &mut Tx<'_>,
    id: Id<Escalation>,
    (field, words): (&'static str, &str),
    step: impl FnOnce(Escalation, &Permit, Who, String) -> Result<(Escalation, EscalationStep)>,
) -> Result<EscalationCourse> {
    let before = queries::find(tx, id)?;
    let permit = policy::may_solve(tx.actor(), &before, tx.now())?;
    Check::new().text(field, words, 1..=if field == "reason" { 500 } else { 1_000 }).done()?;
    let staff = tx.actor().staff()?;
    let by = Who { id: staff.id, name: staff.name.clone() };
    let (after, kept) = step(before.clone(), &permit, by, words.trim().to_owned())?;
    api::step(tx, &before, &after, &kept)?;
    course(tx, after)
}
