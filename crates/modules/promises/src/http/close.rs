//! Keeping a promise, and withdrawing one.

use http::{Answer, Cx, Json, Path};
use kernel::{Check, Id, Result};
use serde::Deserialize;
use store::Tx;
use utoipa::ToSchema;

use super::view::{PromiseView, view};
use crate::{
    api,
    model::{Promise, Who},
    policy, queries,
};

/// How it was kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Fulfilment {
    /// What the customer was told, or what was done: up to 1,000 characters; needed where it is to be
    /// reported back.
    result: Option<String>,
}

/// Says that a promise was kept.
#[utoipa::path(post, path = "/promises/{id}/fulfilment", tag = "promises", params(("id" = Id<Promise>, Path)), request_body = Fulfilment, responses((status = 200, body = PromiseView)))]
pub(crate) async fn keep(cx: Cx, Path(id): Path<Id<Promise>>, Json(request): Json<Fulfilment>) -> Answer<PromiseView> {
    let promise = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_keep(tx.actor(), &before, tx.now())?;
            let said = request.result.as_deref().map(str::trim).filter(|said| !said.is_empty());
            Check::new()
                .that(said.is_some() || !before.report_back, "result", "required")
                .maybe_text("result", said, 0..=1_000)
                .done()?;
            let after = before.clone().kept(&permit, me(tx)?, said.map(str::to_owned))?;
            api::close(tx, &before, &after, None)?;
            Ok(view(tx, after))
        })
        .await?;
    Ok(Json(promise))
}

/// Why it cannot be kept, or need not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PromiseWithdrawal {
    /// In one's own words: 1 to 500 characters.
    reason: String,
}

/// Withdraws a promise, for a reason.
#[utoipa::path(post, path = "/promises/{id}/withdrawal", tag = "promises", params(("id" = Id<Promise>, Path)), request_body = PromiseWithdrawal, responses((status = 200, body = PromiseView)))]
pub(crate) async fn withdraw(
    cx: Cx,
    Path(id): Path<Id<Promise>>,
    Json(request): Json<PromiseWithdrawal>,
) -> Answer<PromiseView> {
    let promise = cx
        .write(move |tx| {
            let before = queries::find(tx, id)?;
            let permit = policy::may_withdraw(tx.actor(), &before, tx.now())?;
            Check::new().text("reason", &request.reason, 1..=500).done()?;
            let reason = request.reason.trim();
            let after = before.clone().withdrawn(&permit, me(tx)?, reason.to_owned())?;
            api::close(tx, &before, &after, Some(reason))?;
            Ok(view(tx, after))
        })
        .await?;
    Ok(Json(promise))
}

fn me(tx: &Tx<'_>) -> Result<Who> {
    let staff = tx.actor().staff()?;
    Ok(Who { id: staff.id, name: staff.name.clone() })
}
