//! Asking, once; and keeping what is said.

use conversations::{Conversation, ConversationId, api::Post};
use kernel::{Actor, Error, Result, Timestamp};
use sha2::{Digest as _, Sha256};
use store::Tx;

use crate::{
    model::{AskedBy, SatisfactionCase, longest},
    queries,
    words::words,
};

const DAY: i64 = 86_400_000;
/// What ended longer ago is not asked about by a link: it was over before anybody was to be asked.
const LATE_MS: i64 = 3_600_000;
/// Lines of a conversation that are looked through for who had it.
const LINES: i64 = 2_000;

/// What a token is kept as.
pub(crate) fn digest(token: &str) -> String {
    kernel::hex(Sha256::digest(token.as_bytes()))
}

/// The organisation's day of this moment, `YYYY-MM-DD`.
pub(crate) fn day_of(tx: &mut Tx<'_>, at: Timestamp) -> Result<String> {
    let moment = jiff::Timestamp::from_millisecond(at.millis()).map_err(Error::internal)?;
    Ok(moment.to_zoned(settings::api::calendar(tx)?.zone().clone()).date().to_string())
}

/// A conversation is over: its customer is asked, or it is noted why not.
pub(crate) fn ended(tx: &mut Tx<'_>, id: ConversationId, at: Timestamp) -> Result<()> {
    if queries::of_conversation(tx, id)?.is_none() {
        begin(tx, id, at)?;
    }
    Ok(())
}

/// A customer said what they think.
pub(crate) fn rated(tx: &mut Tx<'_>, id: ConversationId, at: Timestamp) -> Result<()> {
    let case = match queries::of_conversation(tx, id)? {
        Some(case) => case,
        None => begin(tx, id, at)?,
    };
    let Some(rating) = conversations::api::get(tx, id)?.rating else { return Ok(()) };
    let after = case.rated(&rating);
    queries::save(tx, &after)?;
    tx.notify("satisfaction", "satisfaction.changed", &after, Some(after.owned()))
}

/// Whom it is about is frozen here.
fn begin(tx: &mut Tx<'_>, id: ConversationId, at: Timestamp) -> Result<SatisfactionCase> {
    let conversation = conversations::api::lock(tx, id)?;
    let lines = conversations::api::transcript(tx, id, 0, LINES)?;
    let longest = longest(&lines, at).filter(|(who, _)| Some(*who) != conversation.assignee_id);
    let (longest_id, longest_name) = longest.unzip();
    let mut case = SatisfactionCase {
        id: tx.new_id(),
        conversation_id: id,
        customer_id: conversation.customer_id,
        customer_name: conversation.customer_name.clone(),
        channel_id: conversation.channel_id,
        channel_kind: conversation.channel_kind,
        queue_id: conversation.queue_id,
        agent_id: conversation.assignee_id,
        agent_name: conversation.assignee_name.clone(),
        unit_id: conversation.unit_id,
        longest_id,
        longest_name,
        day: day_of(tx, at)?,
        at,
        way: None,
        why_not: None,
        token: None,
        expires_at: None,
        score: None,
        solved: None,
        tags: conversations::Tags::default(),
        comment: String::new(),
        rated_at: None,
        version: 1,
    };
    match way(tx, &conversation, at)? {
        Ok(way) => case.way = Some(way),
        Err(why) => case.why_not = Some(why.to_owned()),
    }
    if case.way == Some(AskedBy::Link) {
        send(tx, &mut case)?;
    }
    if let Some(rating) = &conversation.rating {
        case = case.rated(rating);
    }
    queries::insert(tx, &case)?;
    tx.notify("satisfaction", "satisfaction.changed", &case, Some(case.owned()))?;
    Ok(case)
}

/// How the customer is asked, or why not.
fn way(
    tx: &mut Tx<'_>,
    conversation: &Conversation,
    at: Timestamp,
) -> Result<std::result::Result<AskedBy, &'static str>> {
    if conversation.assignee_id.is_none() {
        return Ok(Err("nobody"));
    }
    if relief::api::is_abusive(tx, conversation.id)? {
        return Ok(Err("abuse"));
    }
    if !channels::api::get(tx, conversation.channel_id)?.settings.rating.enabled {
        return Ok(Err("off"));
    }
    if conversation.channel_kind.is_direct() {
        return Ok(Ok(AskedBy::Widget));
    }
    let rules = queries::rules(tx)?;
    if !rules.links || rules.address.is_empty() {
        return Ok(Err("no_link"));
    }
    let now = tx.now();
    if now.since(at) > LATE_MS {
        return Ok(Err("past"));
    }
    if queries::asked_since(tx, conversation.customer_id, now.plus_millis(-rules.quiet_days * DAY))? {
        return Ok(Err("lately"));
    }
    Ok(Ok(AskedBy::Link))
}

/// Says the link in the customer's own channel: the parting word of a conversation that is over.
fn send(tx: &mut Tx<'_>, case: &mut SatisfactionCase) -> Result<()> {
    let rules = queries::rules(tx)?;
    let token = tx.rng().secret();
    let locale = settings::api::organisation(tx)?.locale;
    let text = words(locale.text()).word("invitation").replace("{link}", &format!("{}/rate/{token}", rules.address));
    case.token = Some(digest(&token));
    case.expires_at = Some(tx.now().plus_millis(rules.valid_days * DAY));
    let post = Post::new(case.conversation_id, Actor::System("satisfaction"), case.id.to_string(), text);
    conversations::api::post(tx, Post { parting: true, ..post }).map(drop)
}
