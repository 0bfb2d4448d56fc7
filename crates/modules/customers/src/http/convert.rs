//! A lead who is a customer now.

use http::{Answer, Cx, Json, Path};
use kernel::CustomerId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{model::CustomerCard, serving::Serving, stage};

/// What there is to say about it.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Conversion {
    /// What they bought, or why they are a customer now: up to 1,000 characters.
    #[serde(default)]
    words: String,
}

/// Says that a lead is a customer now. Their talks, promises and records stay with them.
#[utoipa::path(post, path = "/customers/{id}/conversion", tag = "customers", params(("id" = CustomerId, Path)), request_body = Conversion, responses((status = 200, body = CustomerCard)))]
pub(crate) async fn convert(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Json(request): Json<Conversion>,
) -> Answer<CustomerCard> {
    let serving = cx.app().part::<Box<dyn Serving>>();
    Ok(Json(cx.write(move |tx| stage::convert(tx, &**serving, id, &request.words)).await?))
}
