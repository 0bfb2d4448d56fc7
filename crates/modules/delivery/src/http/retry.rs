//! Sending a message again.

use audit::api::Entry;
use http::{Answer, Cx, Json, Path};
use kernel::Id;
use serde_json::json;

use crate::{carry, codes, model::Delivery, queries, tell};

/// Sends a message again that could not be carried. What was said after it may have arrived before it.
#[utoipa::path(post, path = "/deliveries/{id}/retry", tag = "delivery", params(("id" = Id<Delivery>, Path)), responses((status = 200, body = Delivery)))]
pub(crate) async fn retry(cx: Cx, Path(id): Path<Id<Delivery>>) -> Answer<Delivery> {
    let delivery = cx
        .write(move |tx| {
            tx.actor().staff()?;
            let before = queries::find(tx, id)?;
            conversations::api::workable(tx, before.conversation_id)?;
            let after = before.again(tx.now()).ok_or_else(|| codes::NOT_FAILED.conflict())?;
            queries::save(tx, &after)?;
            audit::api::record(tx, Entry::new("delivery.retried", "delivery", id).created(&json!({})))?;
            carry::soon(tx, after.conversation_id)?;
            tell::changed(tx, &after)?;
            Ok(after)
        })
        .await?;
    Ok(Json(delivery))
}
