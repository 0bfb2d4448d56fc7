//! What is said on a channel that carries is to be carried.

use conversations::events::{MESSAGE_OUTGOING, Outgoing};
use kernel::{Error, Result};
use store::{StoredFact, Tx};
use work::Listener;

use crate::{
    carrier::Carriers,
    carry,
    model::{Delivery, Lane},
    queries, tell,
};

pub(crate) fn listen(carriers: Carriers) -> Listener {
    Listener::new("delivery.outgoing", &[MESSAGE_OUTGOING], move |tx, fact: &StoredFact| {
        let outgoing: Outgoing = serde_json::from_str(&fact.data).map_err(Error::internal)?;
        // Kinds that nobody carries for here have their own way.
        match carriers.of(outgoing.channel_kind) {
            Some(_) => wait(tx, &outgoing),
            None => Ok(()),
        }
    })
}

/// Lets a message wait to be carried.
pub(crate) fn wait(tx: &mut Tx<'_>, outgoing: &Outgoing) -> Result<()> {
    let (id, now) = (tx.new_id(), tx.now());
    let conversation = conversations::api::get(tx, outgoing.conversation_id)?;
    let customer = conversation.customer_id;
    let delivery = Delivery::new(id, outgoing, customer, now);
    if !queries::insert(tx, &delivery)? {
        return Ok(());
    }
    // To somebody who has not written yet: whoever carries finds out that nobody knows to whom.
    let lane = Lane::new(outgoing.conversation_id, outgoing.channel_id, customer, now);
    // What was split off goes to whom the original went.
    let known = conversation.split_from.map(|from| queries::lane(tx, from)).transpose()?.flatten();
    let recipient = known.map(|known| known.recipient).unwrap_or_default();
    queries::insert_lane(tx, &Lane { recipient, ..lane })?;
    carry::soon(tx, outgoing.conversation_id)?;
    tell::changed(tx, &delivery)
}
