//! What whole files hold.

use http::{Answer, Cx, Json, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    completeness::{self, WantedOfKind},
    model::CustomerKind,
    policy,
};

/// What whole files hold, of persons and of organisations.
#[utoipa::path(get, path = "/wanted-details", tag = "profiles", responses((status = 200, body = Vec<WantedOfKind>)))]
pub(crate) async fn list(cx: Cx) -> Answer<Vec<WantedOfKind>> {
    let wanted = cx
        .read(|tx| {
            tx.actor().scope(customers::api::READ)?;
            completeness::wanted(tx).map(Vec::from)
        })
        .await?;
    Ok(Json(wanted))
}

/// What whole files are to hold.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct WantedChange {
    /// The version that was seen.
    version: i64,
    /// 1 to 40, each once: `name`, `phone`, `email`, `owner`, `address`, `tag`, of organisations `credit_code` and
    /// `contact_person`, and the ids of fields that everybody may see.
    details: Vec<String>,
}

/// Says what whole files of a kind of customer hold.
#[utoipa::path(put, path = "/wanted-details/{kind}", tag = "profiles", params(("kind" = CustomerKind, Path)), request_body = WantedChange, responses((status = 200, body = WantedOfKind)))]
pub(crate) async fn set(
    cx: Cx,
    Path(kind): Path<CustomerKind>,
    Json(request): Json<WantedChange>,
) -> Answer<WantedOfKind> {
    let wanted = cx
        .write(move |tx| {
            let permit = policy::may_manage(tx.actor(), tx.now())?;
            completeness::set(tx, &permit, kind, request.version, &request.details)
        })
        .await?;
    Ok(Json(wanted))
}
