//! What follows from what others tell: customers given to somebody, files changed, customers spoken to, duties late.

use conversations::events::Closed;
use customers::events::{CustomerChanged, CustomerPlaced};
use inquiries::{Way, events::RecordFact};
use kernel::{CustomerId, Error, Id, Result, UserId};
use serde::de::DeserializeOwned;
use store::{StoredFact, Tx};
use tasks::events::{OVERDUE, TaskFact};
use work::Listener;

use crate::{
    api::{self, FIRST_CONTACT},
    contact::{self, ContactKind, FirstContact},
    model::UpdateWay,
    owners,
};

pub(crate) fn listener() -> Listener {
    const KINDS: &[&str] = &[
        CustomerPlaced::KIND,
        CustomerChanged::KIND,
        conversations::events::CLOSED,
        inquiries::events::CREATED,
        OVERDUE,
    ];
    Listener::new("stewards.facts", KINDS, heard)
}

fn heard(tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
    match fact.kind.as_str() {
        CustomerPlaced::KIND => placed(tx, fact, &read(fact)?),
        CustomerChanged::KIND => {
            let CustomerChanged { customer_id, by_id, .. } = read(fact)?;
            match by_id {
                Some(by) => api::updated(tx, by, &[customer_id], UpdateWay::Changed, fact.at).map(drop),
                None => Ok(()),
            }
        }
        conversations::events::CLOSED => {
            let closed: Closed = read(fact)?;
            let Some(by) = closed.assignee_id.filter(|_| closed.merged_into.is_none()) else { return Ok(()) };
            let customer = conversations::api::get(tx, closed.conversation_id)?.customer_id;
            contact::spoke(tx, customer, by, ContactKind::Conversation, closed.conversation_id.to_string(), fact.at)
        }
        inquiries::events::CREATED => {
            let record: RecordFact = read(fact)?;
            let (Some(customer), Some(by)) = (record.customer_id, record.owner_id) else { return Ok(()) };
            let kind = match record.way {
                // The conversation itself says so when it is over.
                Way::Conversation => return Ok(()),
                Way::Phone => ContactKind::Phone,
                Way::Counter => ContactKind::Counter,
                Way::Other => ContactKind::Other,
            };
            contact::spoke(tx, customer, by, kind, record.record_id.to_string(), fact.at)
        }
        _ => {
            let task: TaskFact = read(fact)?;
            match task.subject_id.filter(|_| task.source == FIRST_CONTACT) {
                Some(id) => contact::late(tx, id.parse::<Id<FirstContact>>().map_err(Error::internal)?),
                None => Ok(()),
            }
        }
    }
}

/// Somebody was given a customer: it is written down, and they are to speak to them.
fn placed(tx: &mut Tx<'_>, fact: &StoredFact, placed: &CustomerPlaced) -> Result<()> {
    owners::note(tx, placed, fact.at)?;
    let by_themselves = placed.by_id.is_some() && placed.by_id == placed.owner_id;
    match placed.owner_id {
        // What is taken back was never theirs to do, and whoever takes somebody over themselves knows them.
        Some(owner) if placed.cause != "allocation_undone" && !by_themselves => {
            let still = customers::api::get(tx, placed.customer_id)?.owner_id == Some(owner);
            if still { begin(tx, placed.customer_id, owner, fact) } else { Ok(()) }
        }
        _ => contact::end(tx, placed.customer_id, fact.at),
    }
}

fn begin(tx: &mut Tx<'_>, customer: CustomerId, owner: UserId, fact: &StoredFact) -> Result<()> {
    match api::who(tx, owner, "owner_id") {
        Ok(who) => contact::begin(tx, customer, &who, fact.at).map(drop),
        // Whoever may not sign in any more speaks to nobody.
        Err(Error::Invalid(_)) => Ok(()),
        Err(error) => Err(error),
    }
}

fn read<T: DeserializeOwned>(fact: &StoredFact) -> Result<T> {
    serde_json::from_str(&fact.data).map_err(Error::internal)
}
