//! What customers of the demo story thought lately; what is older is kept from the story's facts, as in life.

use http::Demo;
use kernel::{Actor, Result};
use store::Tx;

use crate::cases;

/// Conversations that are looked at, the latest first.
const LATEST: i64 = 400;

/// Conversations are told by then, and what was marked as abusive.
pub(crate) fn tell(_tx: &mut Tx<'_>, demo: &mut Demo) -> Result<()> {
    demo.finally.push(lately);
    Ok(())
}

fn lately(tx: &mut Tx<'_>, _demo: &mut Demo) -> Result<()> {
    for conversation in conversations::api::latest(tx, LATEST)? {
        if let Some(at) = conversation.closed_at {
            tx.as_of(at, Actor::System("demo"))?;
            cases::ended(tx, conversation.id, at)?;
        }
    }
    Ok(())
}
