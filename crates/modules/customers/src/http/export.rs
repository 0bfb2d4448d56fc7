//! Everything held about one person.

use http::{Answer, Cx, Json, Path, Privacies, Query};
use kernel::{Check, CustomerId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::whole::{self, Everything};

/// Why.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct ExportQuery {
    /// Why: 2 to 200 characters, kept on the trail.
    reason: String,
}

/// Everything held about a person by this module and every other, in clear, for whoever may unmask; written on the trail.
#[utoipa::path(get, path = "/customers/{id}/export", tag = "customers", params(("id" = CustomerId, Path), ExportQuery), responses((status = 200, body = Everything)))]
pub(crate) async fn export(cx: Cx, Path(id): Path<CustomerId>, Query(query): Query<ExportQuery>) -> Answer<Everything> {
    let privacies = cx.app().part::<Privacies>();
    let export = cx
        .write(move |tx| {
            whole::may_unmask(tx, id)?;
            Check::new().text("reason", &query.reason, 2..=200).done()?;
            whole::everything(tx, &privacies, id, query.reason.trim())
        })
        .await?;
    Ok(Json(export))
}
