//! What it hears: conversations that begin to wait, what customers say while nobody has theirs, and what becomes of them.

use conversations::{
    ConversationId,
    events::{ASSIGNED, CAME_WAITING, CLOSED, Closed, EMPTIED, OPENED},
};
use kernel::{Error, Result};
use store::{StoredFact, Tx};
use work::Listener;

use crate::{attend, model::Outcome, privacy, queries};

pub(crate) fn listener() -> Listener {
    Listener::new("assistant.talks", &[OPENED, CAME_WAITING, ASSIGNED, CLOSED, EMPTIED], heard).locking()
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let id: ConversationId = fact.subject.parse().map_err(Error::internal)?;
    match fact.kind.as_str() {
        ASSIGNED => queries::settle(tx, id, Outcome::Handed),
        EMPTIED => privacy::empty(tx, id),
        CLOSED => {
            let closed: Closed = serde_json::from_str(&fact.data).map_err(Error::internal)?;
            let outcome = if closed.assignee_id.is_some() { Outcome::Handed } else { Outcome::Solved };
            queries::settle(tx, id, outcome)
        }
        _ => {
            let settings = queries::settings(tx)?;
            if settings.queues.0.is_empty() {
                Ok(())
            } else {
                attend::attend(tx, &settings, id)
            }
        }
    }
}
