//! Everything held about one person.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Query};
use kernel::{Check, CustomerId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::{
    api::{self, CustomerExport},
    policy,
};

/// Why.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Why: 2 to 200 characters, kept on the trail.
    reason: String,
}

/// Everything this module holds about a person, in clear, for whoever may unmask; written on the trail.
#[utoipa::path(get, path = "/customers/{id}/export", tag = "customers", params(("id" = CustomerId, Path), ExportQuery), responses((status = 200, body = CustomerExport)))]
pub(crate) async fn export(
    cx: Cx,
    Path(id): Path<CustomerId>,
    Query(query): Query<ExportQuery>,
) -> Answer<CustomerExport> {
    let export = cx
        .write(move |tx| {
            let customer = api::get(tx, id)?;
            let _permit = policy::may(tx.actor(), policy::UNMASK, &customer, tx.now())?;
            Check::new().text("reason", &query.reason, 2..=200).done()?;
            audit::api::record(
                tx,
                Entry::new("customers.exported", "customer", customer.id).reason(query.reason.trim()),
            )?;
            api::export(tx, id)
        })
        .await?;
    Ok(Json(export))
}
