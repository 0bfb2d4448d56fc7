//! Conversations that end are asked about once; what their customers say is kept.

use conversations::events::{CLOSED, Closed, RATED, Rated};
use kernel::{Error, Result};
use store::{StoredFact, Tx};
use work::Listener;

use crate::cases;

pub(crate) fn listen() -> Listener {
    Listener::new("satisfaction.cases", &[CLOSED, RATED], happened).locking()
}

fn happened(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    if fact.kind == CLOSED {
        let Closed { conversation_id, merged_into, .. } = serde_json::from_str(&fact.data).map_err(Error::internal)?;
        // It goes on elsewhere: its customer is asked about that one, when it is over.
        if merged_into.is_some() {
            return Ok(());
        }
        return cases::ended(tx, conversation_id, fact.at);
    }
    let Rated { conversation_id } = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    cases::rated(tx, conversation_id, fact.at)
}
