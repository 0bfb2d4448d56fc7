//! What this module holds about customers: what single messages said to them, and that they want none.

use kernel::{CustomerId, Result};
use serde_json::{Value, json};
use store::Tx;

use crate::queries;

/// What was sent to them outside conversations, and where they want nothing.
pub(crate) fn export(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Value> {
    let messages = queries::sms_of(tx, customers)?
        .into_iter()
        .map(|sms| json!({"channel_id": sms.channel_id, "text": sms.text, "state": sms.state, "at": sms.at}));
    let opt_outs = queries::opt_outs_of(tx, customers)?.into_iter().map(|opt_out| {
        json!({"channel_id": opt_out.channel_id, "way": opt_out.way, "word": opt_out.word, "reason": opt_out.reason, "at": opt_out.at})
    });
    Ok(json!({"messages": messages.collect::<Vec<_>>(), "opt_outs": opt_outs.collect::<Vec<_>>()}))
}

/// Forgets them. A digest of a number that wants nothing stays: the wish outlives what is known of its owner.
pub(crate) fn erase(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<()> {
    queries::forget(tx, customers)
}
