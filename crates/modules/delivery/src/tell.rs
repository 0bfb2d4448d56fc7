//! How what happened to messages is told.

use audit::api::Entry;
use conversations::Event;
use kernel::Result;
use serde_json::json;
use store::{Fact, Tx};

use crate::{events::DeliveryChanged, model::Delivery, queries};

/// Tells where a message stands now.
pub(crate) fn changed(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<()> {
    let Delivery { id, conversation_id, seq, channel_id, state, .. } = *delivery;
    let fact = DeliveryChanged { delivery_id: id, conversation_id, seq, channel_id, state };
    tx.emit(Fact::new(DeliveryChanged::KIND, id, &fact)?);
    tx.notify(&format!("conversation:{conversation_id}"), DeliveryChanged::KIND, &fact, None)
}

/// Keeps and tells one that was given up: on the trail, and in a line of the transcript, so that it is
/// seen by whoever reads on.
pub(crate) fn failed(tx: &mut Tx<'_>, delivery: &Delivery) -> Result<()> {
    queries::save(tx, delivery)?;
    // Not what the other side said: it may name whom it could not reach, and the trail outlives an erasure.
    let about = json!({"conversation_id": delivery.conversation_id, "seq": delivery.seq, "why": delivery.why_code});
    audit::api::record(tx, Entry::new("delivery.failed", "delivery", delivery.id).created(&about))?;
    let code = delivery.why_code.as_deref().unwrap_or_default();
    let text = if delivery.why.is_empty() { code } else { delivery.why.as_str() };
    let event = Event::DeliveryFailed { seq: delivery.seq };
    conversations::api::post_event(tx, delivery.conversation_id, event, text)?;
    changed(tx, delivery)
}
