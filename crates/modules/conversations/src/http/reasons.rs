//! The reasons to choose from when a conversation is over.

use http::{Answer, Cx, Json, Path};
use kernel::Id;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    model::WrapUpReason,
    policy, queries,
    reasons::{self, Details},
};

/// Every reason in the order they are shown, archived ones among them; those below another name it.
#[utoipa::path(get, path = "/wrap-up-reasons", tag = "conversations", responses((status = 200, body = Vec<WrapUpReason>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<WrapUpReason>> {
    let reasons = cx
        .read(|tx| {
            policy::may_list(tx.actor())?;
            queries::reasons(tx)
        })
        .await?;
    Ok(Json(reasons))
}

/// A reason to be.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewReason {
    /// What it is called: 1 to 40 characters.
    label: String,
    /// The reason above it, which has none above itself.
    parent_id: Option<Id<WrapUpReason>>,
    /// Its place among its neighbours; the last without.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
}

/// Adds a reason.
#[utoipa::path(post, path = "/wrap-up-reasons", tag = "conversations", request_body = NewReason, responses((status = 200, body = WrapUpReason)))]
pub(crate) async fn add(cx: Cx, Json(request): Json<NewReason>) -> Answer<WrapUpReason> {
    let details = Details { label: Some(request.label), position: request.position, archived: None };
    let reason = cx
        .write(move |tx| {
            let permit = policy::may_set_reasons(tx.actor(), tx.now())?;
            reasons::add(tx, &permit, request.parent_id, &details)
        })
        .await?;
    Ok(Json(reason))
}

/// What is to be different.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReasonChange {
    /// What it is called: 1 to 40 characters.
    label: Option<String>,
    /// Its place among its neighbours.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// Whether it can no longer be chosen.
    archived: Option<bool>,
    /// The version that was seen; without it, whatever is there is changed.
    version: Option<i64>,
}

/// Changes a reason, or archives it. Where it was chosen, its words of then stay.
#[utoipa::path(patch, path = "/wrap-up-reasons/{id}", tag = "conversations", params(("id" = Id<WrapUpReason>, Path)), request_body = ReasonChange, responses((status = 200, body = WrapUpReason)))]
pub(crate) async fn change(
    cx: Cx,
    Path(id): Path<Id<WrapUpReason>>,
    Json(request): Json<ReasonChange>,
) -> Answer<WrapUpReason> {
    let ReasonChange { label, position, archived, version } = request;
    let details = Details { label, position, archived };
    let reason = cx
        .write(move |tx| {
            let permit = policy::may_set_reasons(tx.actor(), tx.now())?;
            reasons::alter(tx, &permit, id, version, &details)
        })
        .await?;
    Ok(Json(reason))
}
