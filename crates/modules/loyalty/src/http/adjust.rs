//! Points given and taken by hand.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id};
use serde::Deserialize;
use utoipa::ToSchema;

use super::members::find;
use crate::{
    adjust, api,
    model::{MOST, Member, PointsAdjustment},
    policy, queries,
};

/// Points to be given or taken.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewPointsAdjustment {
    /// How many: below zero they are taken, never more than there are.
    points: i64,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Gives or takes points by hand: at once within the programme's limit or one's own authority, else when approved.
#[utoipa::path(post, path = "/loyalty-members/{id}/adjustments", tag = "loyalty", params(("id" = Id<Member>, Path)), request_body = NewPointsAdjustment, responses((status = 200, body = PointsAdjustment)))]
pub(crate) async fn ask(
    cx: Cx,
    Path(id): Path<Id<Member>>,
    Json(request): Json<NewPointsAdjustment>,
) -> Answer<PointsAdjustment> {
    let adjustment = cx
        .write(move |tx| {
            let member = find(tx, id)?;
            let _permit = policy::may(tx.actor(), policy::ADJUST, &member, tx.now())?;
            Check::new()
                .range("points", request.points, -MOST..=MOST)
                .that(request.points != 0, "points", "required")
                .text("reason", &request.reason, 1..=500)
                .done()?;
            adjust::ask(tx, &member, request.points, request.reason.trim())
        })
        .await?;
    Ok(Json(adjustment))
}

/// Lists the last hundred adjustments of a member, newest first.
#[utoipa::path(get, path = "/loyalty-members/{id}/adjustments", tag = "loyalty", params(("id" = Id<Member>, Path)), responses((status = 200, body = Vec<PointsAdjustment>)))]
pub(crate) async fn list(cx: Cx, Path(id): Path<Id<Member>>) -> Answer<Vec<PointsAdjustment>> {
    let adjustments = cx
        .read(move |tx| {
            let member = find(tx, id)?;
            let members = api::members_of(tx, member.customer_id)?;
            queries::adjustments(tx, &members)
        })
        .await?;
    Ok(Json(adjustments))
}
