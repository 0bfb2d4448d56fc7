//! Erasing what is personal.

use http::{Answer, Cx, Json, Path, Privacies};
use kernel::{Check, CustomerId};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    api, codes,
    model::{CustomerCard, CustomerState},
    policy,
};

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
            let customer = api::get(tx, id)?;
            let permit = policy::may(tx.actor(), policy::ERASE, &customer, tx.now())?;
            Check::new().text("reason", &request.reason, 2..=200).done()?;
            if customer.state == CustomerState::Erased {
                return Err(codes::ERASED.conflict());
            }
            let ids: Vec<_> = api::whole(tx, id)?.iter().map(|customer| customer.id).collect();
            for privacy in &privacies.0 {
                (privacy.erase)(tx, &ids)?;
            }
            api::erase(tx, &permit, id, request.reason.trim()).map(|customer| customer.card())
        })
        .await?;
    Ok(Json(card))
}
