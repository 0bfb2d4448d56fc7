//! Contacts as they come and go; and who ended their pause themselves.

use conversations::events::{ASSIGNED, Assigned, CLOSED, REQUEUED};
use kernel::{Error, Result};
use routing::{Presence, PresenceState, events::PRESENCE_CHANGED};
use store::{StoredFact, Tx};
use work::Listener;

use crate::{
    pauses::{self, Bearer},
    queries,
};

pub(crate) fn contacts() -> Listener {
    Listener::new("relief.contacts", &[ASSIGNED, CLOSED, REQUEUED], moved).locking()
}

fn moved(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    if fact.kind == ASSIGNED {
        let Assigned { assignee_id, assignee_name, unit_id, before, .. } =
            serde_json::from_str(&fact.data).map_err(Error::internal)?;
        if before != Some(assignee_id) {
            pauses::contact(tx, &Bearer { id: assignee_id, name: assignee_name, unit: unit_id }, fact.at)?;
        }
        if before.is_none() {
            return Ok(());
        }
    }
    pauses::idle(tx, fact.at)
}

pub(crate) fn presences() -> Listener {
    Listener::new("relief.presences", &[PRESENCE_CHANGED], declared).locking()
}

/// Whoever is there again, or gone, has no pause any more.
fn declared(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    let presence: Presence = serde_json::from_str(&fact.data).map_err(Error::internal)?;
    if matches!(presence.state, PresenceState::NotReady | PresenceState::Offline) {
        pauses::away(tx, presence.user_id, fact.at)?;
    }
    let Some(pause) = queries::open_pause(tx, presence.user_id)? else { return Ok(()) };
    if presence.version <= pause.presence_version || routing::api::is_resting(&presence) {
        return Ok(());
    }
    pauses::end(tx, pause, fact.at)
}
