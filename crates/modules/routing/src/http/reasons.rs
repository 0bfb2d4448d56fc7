//! Why people are there and take no work.

use audit::api::Entry;
use axum::http::StatusCode;
use http::{Answer, Cx, Json, Path, Problem};
use kernel::{Check, Id, Result};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{codes, model::PresenceReason, policy, queries};

/// Minutes of a reason: half a day at most.
const LONGEST: i64 = 720;

fn check(reason: &PresenceReason) -> Result<()> {
    Check::new().text("label", &reason.label, 1..=20).range("minutes", reason.minutes.unwrap_or(1), 1..=LONGEST).done()
}

/// The reasons there are to be not ready.
#[utoipa::path(get, path = "/presence-reasons", tag = "routing", responses((status = 200, body = Vec<PresenceReason>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<PresenceReason>> {
    let reasons = cx
        .read(|tx| {
            if !policy::knows_every_queue(tx.actor()) {
                let (_me, _permit) = policy::may_work(tx.actor(), tx.now())?;
            }
            queries::reasons(tx)
        })
        .await?;
    Ok(Json(reasons))
}

/// A reason to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPresenceReason {
    /// What it is called: 1 to 20 characters, its own.
    label: String,
    /// For how long at most: 1 to 720 minutes; no limit without.
    minutes: Option<i64>,
}

/// Adds a reason.
#[utoipa::path(post, path = "/presence-reasons", tag = "routing", request_body = NewPresenceReason, responses((status = 200, body = PresenceReason)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewPresenceReason>) -> Answer<PresenceReason> {
    let reason = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            let reason = PresenceReason {
                id: tx.new_id(),
                label: request.label.trim().to_owned(),
                minutes: request.minutes,
                created_at: permit.at(),
                version: 1,
            };
            check(&reason)?;
            queries::insert_reason(tx, &reason)?;
            let entry = Entry::new("routing.presence_reason_added", "presence_reason", reason.id);
            audit::api::record(tx, entry.created(&reason))?;
            Ok(reason)
        })
        .await?;
    Ok(Json(reason))
}

/// What is to change; what is left out stays.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PresenceReasonChange {
    /// The version that was seen.
    version: i64,
    /// What it is called. Who is away for it keeps the old word.
    label: Option<String>,
    /// For how long at most, in minutes; 0: no limit.
    minutes: Option<i64>,
}

/// Changes a reason.
#[utoipa::path(patch, path = "/presence-reasons/{id}", tag = "routing", params(("id" = Id<PresenceReason>, Path)), request_body = PresenceReasonChange, responses((status = 200, body = PresenceReason)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<PresenceReason>>,
    Json(request): Json<PresenceReasonChange>,
) -> Answer<PresenceReason> {
    let reason = cx
        .write(move |tx| {
            let _permit = policy::may_manage(tx.actor(), tx.now())?;
            let before = queries::reason(tx, id)?;
            if before.version != request.version {
                return Err(codes::STALE.conflict());
            }
            let mut after = before.clone();
            after.label = request.label.as_deref().map_or(after.label, |label| label.trim().to_owned());
            after.minutes = request.minutes.map_or(after.minutes, |minutes| (minutes != 0).then_some(minutes));
            after.version += 1;
            check(&after)?;
            queries::save_reason(tx, &after)?;
            let entry = Entry::new("routing.presence_reason_changed", "presence_reason", id).change(&before, &after);
            audit::api::record(tx, entry)?;
            Ok(after)
        })
        .await?;
    Ok(Json(reason))
}

/// Deletes a reason. Who is away for it stays so, and what was is kept with the word it had.
#[utoipa::path(delete, path = "/presence-reasons/{id}", tag = "routing", params(("id" = Id<PresenceReason>, Path)), responses((status = 204)))]
pub(crate) async fn delete(cx: Cx, Path(id): Path<Id<PresenceReason>>) -> Result<StatusCode, Problem> {
    cx.write(move |tx| {
        let _permit = policy::may_manage(tx.actor(), tx.now())?;
        let reason = queries::reason(tx, id)?;
        queries::delete_reason(tx, id)?;
        let entry = Entry::new("routing.presence_reason_deleted", "presence_reason", id).deleted(&reason);
        audit::api::record(tx, entry)
    })
    .await?;
    Ok(StatusCode::NO_CONTENT)
}
