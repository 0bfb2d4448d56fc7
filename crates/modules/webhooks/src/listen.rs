//! What happens is to be told to whoever asked for it.

use kernel::Result;
use store::{StoredFact, Tx};
use work::Listener;

use crate::{
    model::{KINDS, WebhookCall},
    queries, tell,
};

pub(crate) fn listen() -> Listener {
    Listener::new("webhooks.collect", KINDS, collect)
}

fn collect(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    for webhook in queries::all(tx)?.into_iter().filter(|webhook| webhook.hears(fact)) {
        let (id, now) = (tx.new_id(), tx.now());
        let call = WebhookCall::new(id, webhook.id, fact, now);
        queries::insert_call(tx, &call)?;
        tell::soon(tx, webhook.id, &call.subject)?;
    }
    Ok(())
}
