//! On to the next step, back to an earlier one, into other hands.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Error, Id, UserId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::view::{self, ComplaintCourse, changed};
use crate::{
    api::{self, Happening},
    duty,
    model::{Complaint, ComplaintMoveKind, ComplaintStep},
    policy, queries,
};

/// Goes on to the next step: with everything this one requires, or not at all. `complaints.duties_unmet` names what is
/// missing.
#[utoipa::path(post, path = "/complaints/{id}/completion", tag = "complaints", params(("id" = Id<Complaint>, Path)), responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn complete(cx: Cx, Path(id): Path<Id<Complaint>>) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.completed", policy::may_handle), |tx, before, permit, _by| {
        let turn = duty::turn(tx, &before, before.next())?;
        let after = before.completed(permit, turn)?;
        Ok((after, Happening::new(ComplaintMoveKind::Completed, "")))
    })
    .await
}

/// Why it goes back, and to which step.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintReturn {
    /// To an earlier step that it went through.
    step: ComplaintStep,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Sends a complaint back. What was written down at that step and after it is to be done anew.
#[utoipa::path(post, path = "/complaints/{id}/return", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = ComplaintReturn, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn give_back(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<ComplaintReturn>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.returned", policy::may_handle), move |tx, before, permit, _by| {
        Check::new().text("reason", &request.reason, 1..=500).done()?;
        let reason = request.reason.trim().to_owned();
        let turn = duty::turn(tx, &before, request.step)?;
        let after = before.went_back(permit, request.step, reason.clone(), turn)?;
        Ok((after, Happening::new(ComplaintMoveKind::Returned, reason)))
    })
    .await
}

/// Who has it from now on, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintHandover {
    /// Who: a colleague who may sign in.
    owner_id: UserId,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Hands a complaint over; its step is due when it was.
#[utoipa::path(post, path = "/complaints/{id}/handover", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = ComplaintHandover, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn hand_over(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<ComplaintHandover>,
) -> Answer<ComplaintCourse> {
    changed(cx, id, ("complaints.handed_over", policy::may_handle), move |tx, before, _permit, _by| {
        Check::new().text("reason", &request.reason, 1..=500).done()?;
        let turn = duty::of_person(tx, request.owner_id, before.due_at)?;
        let turn = turn.ok_or_else(|| Error::field("owner_id", "unknown"))?;
        let words = format!("{}: {}", turn.owner_name, request.reason.trim());
        let after = before.handed_over(turn)?;
        Ok((after, Happening::new(ComplaintMoveKind::HandedOver, words)))
    })
    .await
}

/// A note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ComplaintNote {
    /// In one's own words: 1 to 2,000 characters.
    words: String,
}

/// Notes something of a complaint one may see, whatever its step.
#[utoipa::path(post, path = "/complaints/{id}/notes", tag = "complaints", params(("id" = Id<Complaint>, Path)), request_body = ComplaintNote, responses((status = 200, body = ComplaintCourse)))]
pub(crate) async fn note(
    cx: Cx,
    Path(id): Path<Id<Complaint>>,
    Json(request): Json<ComplaintNote>,
) -> Answer<ComplaintCourse> {
    view::made(cx, move |tx| {
        let complaint = queries::lock(tx, id)?;
        let _permit = policy::may_handle(tx.actor(), &complaint, tx.now())?;
        Check::new().text("words", &request.words, 1..=2_000).done()?;
        api::note(tx, &complaint, Happening::new(ComplaintMoveKind::Noted, request.words.trim()))?;
        Ok(complaint)
    })
    .await
}
