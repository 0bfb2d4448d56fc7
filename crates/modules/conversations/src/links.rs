//! Conversations that have to do with each other. Both show it; a name never stands in the other's record, so that
//! an erasure finds all there is.

use audit::api::Entry;
use kernel::{Error, Result, Timestamp, UserId};
use serde_json::json;
use store::{Record, Tx, params, sql};

use crate::{
    codes,
    model::{Conversation, ConversationId, Event, Named},
    policy, queries, tell,
};

/// Links of one conversation at most.
const MOST: usize = 20;

store::record! {
    /// Two conversations that have to do with each other.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub(crate) struct Link {
        /// The one with the smaller id.
        pub one_id: ConversationId,
        /// The other.
        pub other_id: ConversationId,
        /// Who said so.
        pub by_id: Option<UserId>,
        /// Their name.
        pub by_name: String,
        /// When.
        pub at: Timestamp,
    }
}

sql! {
    INSERT(Link) = "INSERT INTO conversation_links ({cols}) VALUES ({vals}) ON CONFLICT DO NOTHING";
    DELETE = "DELETE FROM conversation_links WHERE one_id = $1 AND other_id = $2";
    LINKS(Link) = "SELECT {cols} FROM conversation_links WHERE one_id = $1
        UNION ALL SELECT {cols} FROM conversation_links WHERE other_id = $1 ORDER BY at, one_id, other_id";
}

/// What is linked with a conversation, oldest first, as far as the actor may read it; and what the link is.
pub(crate) fn of(tx: &mut Tx<'_>, id: ConversationId) -> Result<Vec<(Link, Conversation)>> {
    let mut seen = Vec::new();
    for link in tx.all::<Link>(&LINKS, params![id])? {
        let other = queries::find(tx, if link.one_id == id { link.other_id } else { link.one_id })?;
        if policy::may_read(tx.actor(), &other).is_ok() {
            seen.push((link, other));
        }
    }
    Ok(seen)
}

/// Links two conversations: one the actor works in, one they may read. Nothing happens when they are.
pub(crate) fn link(tx: &mut Tx<'_>, id: ConversationId, other: ConversationId) -> Result<()> {
    let (own, theirs) = both(tx, id, other)?;
    if id == other {
        return Err(codes::ITSELF.conflict());
    }
    join(tx, own, theirs)
}

/// As [`link`], of two that the caller may link.
pub(crate) fn join(tx: &mut Tx<'_>, mut own: Conversation, mut theirs: Conversation) -> Result<()> {
    let (id, other) = (own.id, theirs.id);
    for side in [id, other] {
        if tx.all::<Link>(&LINKS, params![side])?.len() >= MOST {
            return Err(codes::TOO_MANY_LINKS.conflict());
        }
    }
    let by = tell::by(tx);
    let (one_id, other_id) = (id.min(other), id.max(other));
    let by_id = tx.actor().staff().ok().map(|staff| staff.id);
    let by_name = by.as_ref().map(|by| by.name.clone()).unwrap_or_default();
    if tx.exec(&INSERT, &Link { one_id, other_id, by_id, by_name, at: tx.now() }.values())? == 0 {
        return Ok(());
    }
    say(tx, &mut own, &mut theirs, |conversation, by| Event::Linked { conversation, by })?;
    let entry = json!({ "conversation": other });
    audit::api::record(tx, Entry::new("conversations.linked", "conversation", id).created(&entry))
}

/// Links two, without a line: what was said of it tells it. Nothing happens when they are, or have too many.
pub(crate) fn add(tx: &mut Tx<'_>, id: ConversationId, other: ConversationId) -> Result<()> {
    for side in [id, other] {
        if tx.all::<Link>(&LINKS, params![side])?.len() >= MOST {
            return Ok(());
        }
    }
    let by = tx.actor().staff().ok().map(|staff| (staff.id, staff.name.clone()));
    let (by_id, by_name) = by.unzip();
    let (one_id, other_id, by_name) = (id.min(other), id.max(other), by_name.unwrap_or_default());
    tx.exec(&INSERT, &Link { one_id, other_id, by_id, by_name, at: tx.now() }.values()).map(drop)
}

/// What has to do with `from` has to do with `to` as well, and the two with each other. Answers what was added.
pub(crate) fn carry(tx: &mut Tx<'_>, from: ConversationId, to: ConversationId) -> Result<Vec<ConversationId>> {
    let far = |link: &Link, of| if link.one_id == of { link.other_id } else { link.one_id };
    let known: Vec<_> = tx.all::<Link>(&LINKS, params![to])?.iter().map(|link| far(link, to)).collect();
    let wanted = tx.all::<Link>(&LINKS, params![from])?.iter().map(|link| far(link, from)).collect::<Vec<_>>();
    let new: Vec<_> = wanted.into_iter().filter(|other| *other != to && !known.contains(other)).collect();
    for other in &new {
        add(tx, to, *other)?;
    }
    add(tx, from, to)?;
    Ok(new)
}

/// Takes a link away, without a line.
pub(crate) fn forget(tx: &mut Tx<'_>, id: ConversationId, other: ConversationId) -> Result<()> {
    tx.exec(&DELETE, params![id.min(other), id.max(other)]).map(drop)
}

/// They have nothing to do with each other any more; nothing happens when they had not.
pub(crate) fn unlink(tx: &mut Tx<'_>, id: ConversationId, other: ConversationId) -> Result<()> {
    let (mut own, mut theirs) = both(tx, id, other)?;
    if tx.exec(&DELETE, params![id.min(other), id.max(other)])? == 0 {
        return Ok(());
    }
    say(tx, &mut own, &mut theirs, |conversation, by| Event::Unlinked { conversation, by })?;
    let entry = json!({ "conversation": other });
    audit::api::record(tx, Entry::new("conversations.unlinked", "conversation", id).deleted(&entry))
}

/// The one the actor works in and the one they may read, locked in one order.
fn both(tx: &mut Tx<'_>, id: ConversationId, other: ConversationId) -> Result<(Conversation, Conversation)> {
    let found = queries::lock_many(tx, &[id.min(other), id.max(other)])?;
    let one = |wanted: ConversationId| found.iter().find(|one| one.id == wanted).cloned().ok_or(Error::NotFound);
    let own = one(id)?;
    policy::may_work(tx.actor(), &own)?;
    let theirs = one(other)?;
    policy::may_read(tx.actor(), &theirs)?;
    Ok((own, theirs))
}

fn say(
    tx: &mut Tx<'_>,
    own: &mut Conversation,
    theirs: &mut Conversation,
    event: impl Fn(ConversationId, Option<Named>) -> Event,
) -> Result<()> {
    let by = tell::by(tx);
    let (own_id, their_id) = (own.id, theirs.id);
    for (here, there) in [(own, their_id), (theirs, own_id)] {
        tell::line(tx, here, event(there, by.clone()), String::new())?;
        tell::saved(tx, here, None)?;
    }
    Ok(())
}
