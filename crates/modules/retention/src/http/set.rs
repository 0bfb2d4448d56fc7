//! Saying how long something is kept.

use audit::api::Entry;
use http::{Answer, Cx, Json, Keepings, Path};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::{
    codes,
    model::{RetentionTerm, kept},
    policy, queries,
};

/// How long it is to be kept.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RetentionTermChange {
    /// The version one saw.
    version: i64,
    /// The kind of channel; empty or left out where one term is for all.
    #[serde(default)]
    channel: String,
    /// Days after the end; none: until the customer is erased.
    #[schema(minimum = 30, maximum = 3_650)]
    days: Option<i64>,
}

/// Sets a term. What is over by it is emptied at the next look, at night, and cannot be brought back.
#[utoipa::path(put, path = "/retention-terms/{kind}", tag = "retention", params(("kind" = String, Path)), request_body = RetentionTermChange, responses((status = 200, body = RetentionTerm)))]
pub(crate) async fn set(
    cx: Cx,
    Path(kind): Path<String>,
    Json(change): Json<RetentionTermChange>,
) -> Answer<RetentionTerm> {
    let keepings = cx.app().part::<Keepings>();
    let term = cx
        .write(move |tx| {
            let permit = policy::may_set(tx.actor(), tx.now())?;
            let (keeping, channel) = kept(&keepings, &kind, &change.channel)?;
            let channel = channel.unwrap_or_default();
            let before = match queries::find(tx, keeping.kind, channel)? {
                Some(term) => term,
                None => RetentionTerm::unset(tx.new_id(), keeping.kind, channel),
            };
            if before.version != change.version {
                return Err(codes::STALE.conflict());
            }
            let by = tx.actor().staff().map(|staff| staff.name.clone()).unwrap_or_default();
            let after = before.clone().lasting(&permit, change.days, by)?;
            queries::save(tx, &after)?;
            let entry = Entry::new("retention.term_set", "retention_term", format!("{}/{channel}", keeping.kind));
            audit::api::record(tx, entry.change(&before, &after))?;
            Ok(after)
        })
        .await?;
    Ok(Json(term))
}
