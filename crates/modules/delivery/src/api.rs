//! What other modules call.

use conversations::{Conversation, ConversationId, QueuePlace};
use customers::api::Given;
use http::App;
use kernel::{ChannelId, Error, Id, Result, Timestamp, Visitor};
use store::Tx;

use crate::{Arrived, DeliveryState, Incoming, Limits, Why, arrive, carrier::Carriers, model::Delivery, queries, tell};

/// Takes in what a customer says on a channel: finds or makes the customer and the conversation, keeps
/// the files that may be kept and the words, once however often it is told. Paused channels open no
/// new conversation. The text must fit a message: see `conversations::api::fit`.
///
/// # Errors
/// [`Error::Invalid`] naming the field; [`Error::Conflict`] when the channel is paused; what is
/// [`Error::Unavailable`] may be told again.
pub async fn receive(app: &App, incoming: Incoming) -> Result<Arrived> {
    arrive::receive(app, incoming).await
}

/// As [`receive`], in the caller's own transaction, where all files are kept already.
///
/// # Errors
/// As [`receive`].
pub fn keep(tx: &mut Tx<'_>, line: &dyn QueuePlace, incoming: &Incoming) -> Result<Arrived> {
    arrive::keep(tx, line, incoming)
}

/// Who a user of a channel is, as they write now: made when they are met for the first time. Files they
/// send are to be taken in from this visitor.
///
/// # Errors
/// [`Error::Invalid`] for a name beyond 150 characters, or an empty one; [`Error::NotFound`] without the channel.
pub fn whose(tx: &mut Tx<'_>, channel: ChannelId, user: &str, given: &Given) -> Result<Visitor> {
    arrive::whose(tx, channel, user, given)
}

/// Notes that a user of the channel whom nobody met yet is this customer: for a channel whose other side knows it
/// for sure, as WeChat does of one person on two accounts. Whoever was met already stays who they are.
///
/// # Errors
/// [`Error::NotFound`] without the channel or the customer.
pub fn is(tx: &mut Tx<'_>, channel: ChannelId, user: &str, customer: kernel::CustomerId) -> Result<()> {
    let identity = arrive::identity(tx, channel, user)?;
    customers::api::bind(tx, channel, &identity, customer)
}

/// The open conversation in which this user of the channel wrote last.
///
/// # Errors
/// From the database.
pub fn talking(tx: &mut Tx<'_>, channel: ChannelId, user: &str) -> Result<Option<Conversation>> {
    arrive::talking(tx, channel, user)
}

/// Which message a receipt is about.
#[derive(Clone, Copy, Debug)]
pub enum Named<'a> {
    /// By the id we gave the parcel.
    Ours(Id<Delivery>),
    /// By the other side's name of it.
    Theirs(&'a str),
}

/// Notes what the other side says became of a message; what is no news changes nothing. `why` counts
/// where it failed. Answers where it stands now.
///
/// # Errors
/// [`Error::NotFound`] when the channel carried no such message.
pub fn progress(
    tx: &mut Tx<'_>,
    channel: ChannelId,
    named: Named<'_>,
    state: DeliveryState,
    why: Option<&Why>,
) -> Result<Delivery> {
    let found = match named {
        Named::Ours(id) => queries::find(tx, id)?,
        Named::Theirs(name) => queries::external(tx, channel, name)?.ok_or(Error::NotFound)?,
    };
    if found.channel_id != channel {
        return Err(Error::NotFound);
    }
    let now = tx.now();
    let Some(mut after) = found.forward(state, now) else { return Ok(found) };
    if state == DeliveryState::Failed {
        after.because(why.unwrap_or(&Why::new("receipt", "")));
        tell::failed(tx, &after)?;
    } else {
        queries::save(tx, &after)?;
        tell::changed(tx, &after)?;
    }
    Ok(after)
}

/// The words of a parcel where files are not taken: the text, or a card told in words. None for a file.
pub fn words_of(parcel: &crate::Parcel) -> Option<String> {
    if parcel.file.is_some() {
        return None;
    }
    let card = match &parcel.message.data {
        Some(conversations::Data::Card(card)) => card,
        _ => return Some(parcel.message.text.clone()),
    };
    let lines = [Some(card.title.as_str()), card.price.as_deref(), card.subtitle.as_deref(), card.url.as_deref()];
    Some(lines.into_iter().flatten().collect::<Vec<_>>().join("\n"))
}

/// When the customer wrote last in a conversation, and how many messages went or are to go to them
/// since: what channels limit. None when they never did.
///
/// # Errors
/// From the database.
pub fn since_heard(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<(Timestamp, i64)>> {
    let Some(at) = queries::lane(tx, id)?.and_then(|lane| lane.heard_at) else { return Ok(None) };
    Ok(Some((at, queries::went_since(tx, id, at)?)))
}

/// Who a conversation's messages are carried to, as the channel names them.
///
/// # Errors
/// From the database.
pub fn recipient(tx: &mut Tx<'_>, id: ConversationId) -> Result<Option<String>> {
    Ok(queries::lane(tx, id)?.map(|lane| lane.recipient).filter(|recipient| !recipient.is_empty()))
}

/// What a conversation's channel allows in it now; nothing is limited where the customer sees what is said at once.
///
/// # Errors
/// From the database.
pub fn limits(app: &App, tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Limits> {
    match app.part::<Carriers>().of(conversation.channel_kind) {
        Some(carrier) => carrier.limits(tx, conversation),
        None => Ok(Limits::default()),
    }
}

/// What became of these messages, each by its conversation and number; those that no channel carries are left out.
///
/// # Errors
/// From the database.
pub fn stands(tx: &mut Tx<'_>, messages: &[(ConversationId, i64)]) -> Result<Vec<Delivery>> {
    queries::stands(tx, messages)
}

/// What became of a message.
///
/// # Errors
/// [`Error::NotFound`] without it.
pub fn get(tx: &mut Tx<'_>, id: Id<Delivery>) -> Result<Delivery> {
    queries::find(tx, id)
}

/// Lets a message of the demo story have been carried as of now, and come so far.
///
/// # Errors
/// From the database.
pub fn was_carried(tx: &mut Tx<'_>, id: ConversationId, seq: i64, state: DeliveryState) -> Result<()> {
    let conversation = conversations::api::get(tx, id)?;
    let outgoing = conversations::events::Outgoing {
        conversation_id: id,
        seq,
        channel_id: conversation.channel_id,
        channel_kind: conversation.channel_kind,
    };
    let (new, now) = (tx.new_id(), tx.now());
    let waiting = Delivery::new(new, &outgoing, conversation.customer_id, now);
    let delivery = Delivery { attempts: 1, ..waiting.forward(state, now).unwrap_or(waiting) };
    queries::insert(tx, &delivery).map(drop)
}
