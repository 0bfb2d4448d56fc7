//! Seeing a detail in clear.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::{Check, CustomerId};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::text_enum;
use utoipa::ToSchema;

use crate::{
    api, codes,
    model::CustomerState,
    policy,
    serving::{self, Serving},
};

text_enum! {
    /// A detail that is shown masked.
    pub(crate) enum MaskedField {
        /// The phone number.
        Phone = "phone",
        /// The e-mail address.
        Email = "email",
    }
}

/// What somebody wants to see, and why.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unmasking {
    /// Which detail.
    field: MaskedField,
    /// Why: 2 to 200 characters, kept on the trail.
    reason: String,
}

/// A detail in clear.
#[derive(Serialize, ToSchema)]
pub(crate) struct Unmasked {
    /// Which detail.
    field: MaskedField,
    /// In clear; none when the customer has none.
    value: Option<String>,
}

/// Shows one detail in clear, and writes on the trail who saw it and why.
#[utoipa::path(post, path = "/customers/{id}/unmasking", tag = "customers", params(("id" = CustomerId, Path)), request_body = Unmasking, responses((status = 200, body = Unmasked)))]
pub(crate) async fn unmask(cx: Cx, Path(id): Path<CustomerId>, Json(request): Json<Unmasking>) -> Answer<Unmasked> {
    let field = request.field;
    let serving = cx.app().part::<Box<dyn Serving>>();
    let value = cx
        .write(move |tx| {
            let customer = api::get(tx, id)?;
            let _permit = serving::may(tx, &**serving, policy::UNMASK, id, &customer)?;
            Check::new().text("reason", &request.reason, 2..=200).done()?;
            if customer.state == CustomerState::Erased {
                return Err(codes::ERASED.conflict());
            }
            let entry = Entry::new("customers.unmasked", "customer", customer.id).reason(request.reason.trim());
            audit::api::record(tx, entry.created(&json!({ "field": field })))?;
            Ok(match field {
                MaskedField::Phone => customer.phone,
                MaskedField::Email => customer.email,
            })
        })
        .await?;
    Ok(Json(Unmasked { field, value }))
}
