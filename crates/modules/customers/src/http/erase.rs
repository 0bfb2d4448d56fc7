//! Erasing what is personal.

use http::{Answer, Cx, Json, Path, Privacies};
use kernel::{Check, CustomerId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{model::CustomerCard, whole};

/// Why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Erasure {
    /// Why: 2 to 200 characters, kept on the trail.
    reason: String,
}

/// Empties a customer and every alias of name, number, address, note and identities, and whatever other
/// modules hold about them, for good. The rows stay, so that what refers to them still holds.
#[utoipa::path(post, path = "/customers/{id}/erasure", tag = "customers", params(("id" = CustomerId, Path)), request_body = Erasure, responses((status = 200, body = CustomerCard)))]
pub(crate) async fn erase(cx: Cx, Path(id): Path<CustomerId>, Json(request): Json<Erasure>) -> Answer<CustomerCard> {
    let privacies = cx.app().part::<Privacies>();
    let card = cx
        .write(move |tx| {
            whole::may_erase(tx, id)?;
            Check::new().text("reason", &request.reason, 2..=200).done()?;
            whole::erase_everywhere(tx, &privacies, id, request.reason.trim())
        })
        .await?;
    Ok(Json(card))
}
