//! Leaving somebody in peace, and contacting them again.

use customers::Serving;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, CustomerId, Id, Timestamp};
use serde::Deserialize;
use utoipa::ToSchema;

use super::consents::DoNotContactView;
use crate::{
    api::{self, Peace},
    model::{ConsentPurpose, DoNotContact},
    policy, queries,
};

/// Somebody is not to be contacted.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewDoNotContact {
    /// For what; none: for nothing at all. Not for what contacts nobody.
    purpose: Option<ConsentPurpose>,
    /// Until when; none: for good.
    until: Option<Timestamp>,
    /// Why: 1 to 500 characters.
    reason: String,
}

/// Keeps that a customer is not to be contacted. An entry that stands already stays: the one that lasts longest counts.
#[utoipa::path(post, path = "/customers/{id}/do-not-contacts", tag = "privacy", params(("id" = CustomerId, Path)), request_body = NewDoNotContact, responses((status = 200, body = DoNotContactView)))]
pub(crate) async fn enter(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<NewDoNotContact>,
) -> Answer<DoNotContactView> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let entry = cx
        .write(move |tx| {
            let _permit = policy::may_record(tx.actor(), tx.now())?;
            let card = customers::api::visible_or_served(tx, &**serving, id)?;
            let NewDoNotContact { purpose, until, reason } = &request;
            let peace = Peace { customer: card.id, purpose: *purpose, until: *until, reason: reason.clone() };
            Ok(DoNotContactView { entry: api::enter(tx, &peace)?, stands: true })
        })
        .await?;
    Ok(Json(entry))
}

/// Why somebody may be contacted again.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DoNotContactLifting {
    /// 1 to 500 characters.
    reason: String,
}

/// Lifts an entry, for a reason. Others that stand go on standing.
#[utoipa::path(post, path = "/do-not-contacts/{id}/lifting", tag = "privacy", params(("id" = Id<DoNotContact>, Path)), request_body = DoNotContactLifting, responses((status = 200, body = DoNotContactView)))]
pub(crate) async fn lift(
    cx: Cx,
    Path(id): Path<Id<DoNotContact>>,
    Json(request): Json<DoNotContactLifting>,
) -> Answer<DoNotContactView> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    let entry = cx
        .write(move |tx| {
            let permit = policy::may_lift(tx.actor(), tx.now())?;
            let before = queries::entry(tx, id)?;
            customers::api::visible_or_served(tx, &**serving, before.customer_id)?;
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let after = before.clone().lifted(&permit, api::me(tx), request.reason.trim())?;
            api::lift(tx, &before, &after)?;
            Ok(DoNotContactView { entry: after, stands: false })
        })
        .await?;
    Ok(Json(entry))
}
