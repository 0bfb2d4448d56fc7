//! Conversations become records by themselves: when one is over, and when something is said about it later.

use conversations::{
    ConversationId,
    events::{CHANGED, CLOSED, Changed, Closed},
};
use kernel::{Error, Result};
use store::{StoredFact, Tx};
use work::Listener;

use crate::api;

pub(crate) fn listener() -> Listener {
    Listener::new("inquiries.conversations", &[CLOSED, CHANGED], heard)
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    if fact.kind == CHANGED {
        let changed: Changed = serde_json::from_str(&fact.data).map_err(Error::internal)?;
        if changed.wrap_up.is_none() && changed.rating.is_none() {
            return Ok(());
        }
    }
    if fact.kind == CLOSED {
        // What was asked there is written down with the one it goes on in.
        let closed: Closed = serde_json::from_str(&fact.data).map_err(Error::internal)?;
        if closed.merged_into.is_some() {
            return Ok(());
        }
    }
    let id: ConversationId = fact.subject.parse().map_err(Error::internal)?;
    match conversations::api::get(tx, id) {
        Ok(conversation) => api::told(tx, &conversation).map(drop),
        Err(Error::NotFound) => Ok(()),
        Err(error) => Err(error),
    }
}
