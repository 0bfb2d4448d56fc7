//! Everything held about one person.

use std::collections::BTreeMap;

use audit::api::Entry;
use http::{Answer, Cx, Json, Path, Privacies, Query};
use kernel::{Check, CustomerId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};

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

/// Everything held about a person.
#[derive(Serialize, ToSchema)]
pub(crate) struct Everything {
    #[serde(flatten)]
    customer: CustomerExport,
    /// What other modules hold, by module.
    #[schema(value_type = Object)]
    elsewhere: BTreeMap<&'static str, Value>,
}

/// Everything held about a person by this module and every other, in clear, for whoever may unmask; written on the trail.
#[utoipa::path(get, path = "/customers/{id}/export", tag = "customers", params(("id" = CustomerId, Path), ExportQuery), responses((status = 200, body = Everything)))]
pub(crate) async fn export(cx: Cx, Path(id): Path<CustomerId>, Query(query): Query<ExportQuery>) -> Answer<Everything> {
    let privacies = cx.app().part::<Privacies>();
    let export = cx
        .write(move |tx| {
            let customer = api::get(tx, id)?;
            let _permit = policy::may(tx.actor(), policy::UNMASK, &customer, tx.now())?;
            Check::new().text("reason", &query.reason, 2..=200).done()?;
            audit::api::record(
                tx,
                Entry::new("customers.exported", "customer", customer.id).reason(query.reason.trim()),
            )?;
            let customer = api::export(tx, id)?;
            let ids: Vec<_> = api::whole(tx, id)?.iter().map(|customer| customer.id).collect();
            let mut elsewhere = BTreeMap::new();
            for privacy in &privacies.0 {
                elsewhere.insert(privacy.module, (privacy.export)(tx, &ids)?);
            }
            Ok(Everything { customer, elsewhere })
        })
        .await?;
    Ok(Json(export))
}
