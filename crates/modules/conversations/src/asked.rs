//! What customers asked for, for whoever looks through it by words or by tags.

use kernel::{Cursor, Result, Timestamp};
use store::{Hit, Search, Tx};

use crate::{
    model::{Author, Conversation, Data, Message},
    queries,
};

/// Hits looked through at a time.
const AT_ONCE: usize = 200;
/// Conversations looked through at a time.
const PAGE: i64 = 500;

/// What customers said since then that holds all these words, the last first, `most` at most. Asks for no permission:
/// whoever shows it asks [`crate::api::may_read`].
///
/// # Errors
/// From the database.
pub fn asked(tx: &mut Tx<'_>, words: &str, since: Timestamp, most: usize) -> Result<Vec<(Conversation, Message)>> {
    let mut found = Vec::new();
    let mut before = None;
    loop {
        let search = Search { kind: "message", words, labels: &[], before, limit: AT_ONCE };
        let hits = tx.search(&search, |tx, hit| {
            if hit.at >= since && found.len() < most {
                found.extend(of_customer(tx, hit)?);
            }
            // Counted whatever it is, so that what is older ends the walk.
            Ok(true)
        })?;
        match hits.last() {
            Some(last) if hits.len() == AT_ONCE && last.at >= since && found.len() < most => before = Some(last.place),
            _ => return Ok(found),
        }
    }
}

/// The message, when its customer said it here first.
fn of_customer(tx: &mut Tx<'_>, hit: &Hit) -> Result<Option<(Conversation, Message)>> {
    let place = hit.reference.split_once('/').and_then(|(id, seq)| Some((id.parse().ok()?, seq.parse().ok()?)));
    let Some((id, seq)) = place else { return Ok(None) };
    let said = queries::message(tx, id, seq)?;
    let theirs = |message: &Message| {
        message.author == Author::Customer && !message.staff_only && !matches!(message.data, Some(Data::Copied(_)))
    };
    match said.filter(theirs) {
        Some(message) => Ok(Some((queries::find(tx, id)?, message))),
        None => Ok(None),
    }
}

/// The conversations opened since then that are over and have this tag, in the order in which they were opened, `most`
/// at most.
///
/// # Errors
/// From the database.
pub fn tagged(tx: &mut Tx<'_>, tag: &str, since: Timestamp, most: usize) -> Result<Vec<Conversation>> {
    let mut found = Vec::new();
    let mut after = Cursor { key: since.millis(), id: String::new() };
    loop {
        let page = queries::closed_after(tx, &after, PAGE)?;
        let full = page.len() == PAGE as usize;
        if let Some(last) = page.last() {
            after = Cursor { key: last.opened_at.millis(), id: last.id.to_string() };
        }
        found.extend(page.into_iter().filter(|one| one.tags.0.iter().any(|known| known == tag)));
        if !full || found.len() >= most {
            found.truncate(most);
            return Ok(found);
        }
    }
}
