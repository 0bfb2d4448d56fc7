//! Open conversations by where they came in and what their customers say: what an incident gathers.

use std::collections::HashSet;

use kernel::{ChannelId, QueueId, Result, Timestamp};
use store::{Search, Tx, params, sql};

use crate::{
    model::{Author, Conversation, ConversationId, State},
    queries,
};

/// Open conversations that are looked through without words.
const LOOKED_AT: i64 = 5_000;
/// Messages of one word that are looked through.
const MESSAGES: usize = 2_000;

sql! {
    /// Sorted anew each time, as the longest waiting are.
    OPEN(Conversation) = "SELECT {cols} FROM conversations WHERE closed_at IS NULL AND last_message_at >= $1
        AND (CAST($2 AS TEXT) IS NULL OR channel_id = $2)
        AND ($3 = '[]' OR queue_id IN (SELECT value FROM json_each(CAST($3 AS TEXT))))
        ORDER BY last_message_at DESC, id DESC LIMIT $4";
}

/// Which open conversations.
#[derive(Clone, Debug)]
pub struct Matching {
    /// Of these queues; of all without.
    pub queues: Vec<QueueId>,
    /// On this channel.
    pub channel: Option<ChannelId>,
    /// In which something was said at or after this time.
    pub since: Timestamp,
    /// In which the customer used one of these words since then; whatever was said without.
    pub words: Vec<String>,
}

/// At most `limit` of these of which `take` says so, the latest first. Asks for no permission: `take` does.
///
/// # Errors
/// From the database, or from `take`.
pub fn open_matching(
    tx: &mut Tx<'_>,
    matching: &Matching,
    limit: usize,
    mut take: impl FnMut(&mut Tx<'_>, &Conversation) -> Result<bool>,
) -> Result<Vec<Conversation>> {
    let Matching { queues, channel, since, words } = matching;
    let mut found = Vec::new();
    if words.is_empty() {
        let queues = serde_json::json!(queues).to_string();
        for one in tx.all::<Conversation>(&OPEN, params![since, channel, queues, LOOKED_AT])? {
            if found.len() < limit && take(tx, &one)? {
                found.push(one);
            }
        }
        return Ok(found);
    }
    let mut seen: HashSet<ConversationId> = HashSet::new();
    for word in words {
        let search = Search { kind: "message", words: word, labels: &[], before: None, limit: MESSAGES };
        tx.search(&search, |tx, hit| {
            // What is older counts as found, so that the search ends there.
            if hit.at < *since || found.len() >= limit {
                return Ok(true);
            }
            let place =
                hit.reference.split_once('/').and_then(|(id, seq)| Some((id.parse().ok()?, seq.parse::<i64>().ok()?)));
            let Some((id, seq)) = place else { return Ok(false) };
            if seen.contains(&id) || !queries::message(tx, id, seq)?.is_some_and(|it| it.author == Author::Customer) {
                return Ok(false);
            }
            seen.insert(id);
            let one = queries::find(tx, id)?;
            let fits = one.state != State::Closed
                && channel.is_none_or(|channel| one.channel_id == channel)
                && (queues.is_empty() || one.queue_id.is_some_and(|queue| queues.contains(&queue)));
            if fits && take(tx, &one)? {
                found.push(one);
            }
            Ok(false)
        })?;
    }
    found.sort_by_key(|one| std::cmp::Reverse(one.last_message_at));
    Ok(found)
}
