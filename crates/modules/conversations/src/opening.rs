//! How a conversation begins.

use channels::Channel;
use kernel::{CustomerId, QueueId, Result};
use store::Tx;

use crate::{
    api::{assign, assign_locked, assignee},
    codes, events, merge,
    model::{Attributes, Conversation, Event, Trail, VisitedPage},
    policy, queries, tell,
};

/// A conversation to begin.
#[derive(Clone, Debug)]
pub struct Opening<'a> {
    /// On which channel.
    pub channel: &'a Channel,
    /// With whom.
    pub customer: CustomerId,
    /// Their name, empty when nobody knows it.
    pub name: &'a str,
    /// Where it waits; none for one that somebody takes at once. See [`crate::QueuePlace::queue`].
    pub queue: Option<QueueId>,
    /// Where on the web they are.
    pub page: Option<VisitedPage>,
    /// What they answered before it.
    pub attributes: Attributes,
    /// What they did on the embedding page before it.
    pub trail: Trail,
}

/// Opens a conversation, or answers the one the customer has open on the channel; says whether it is new.
///
/// # Errors
/// [`kernel::Error::Conflict`] when the channel is paused.
pub fn open(tx: &mut Tx<'_>, opening: Opening<'_>) -> Result<(Conversation, bool)> {
    let Opening { channel, customer, name, queue, page, attributes, trail } = opening;
    if let Some(open) = queries::open_of(tx, channel.id, customer)? {
        return Ok((open, false));
    }
    if !channel.is_active() {
        return Err(codes::CHANNEL_PAUSED.conflict());
    }
    let name = if name.is_empty() { nameless(customer) } else { name.to_owned() };
    let mut conversation = Conversation::open(tx.new_id(), (channel.id, channel.kind), customer, name, tx.now());
    (conversation.queue_id, conversation.attributes, conversation.trail) = (queue, attributes, trail);
    conversation.page = page.map(VisitedPage::tamed);
    // As it stands after its first line, so that it is written once.
    let mut first = conversation.clone();
    first.advance();
    if let Some(open) = queries::insert(tx, &first)? {
        return Ok((open, false));
    }
    tell::fact(tx, &conversation, events::OPENED, &conversation.opened())?;
    let by = tell::by(tx);
    tell::line(tx, &mut conversation, Event::Opened { by }, String::new())?;
    if let Some(kept) = merge::continued(tx, &conversation)? {
        merge::continues(tx, &mut conversation, kept)?;
        queries::save(tx, &conversation)?;
    }
    tell::inbox(tx, &conversation, None)?;
    Ok((conversation, true))
}

/// Opens a conversation with a customer and takes it for whoever acts; answers the one they have open, which
/// is taken too while nobody has it.
///
/// # Errors
/// [`kernel::Error::Conflict`] when the channel is paused; [`kernel::Error::NotFound`] when somebody has it whose
/// conversations the actor may not read.
pub fn take_up(tx: &mut Tx<'_>, channel: &Channel, customer: CustomerId, name: &str) -> Result<Conversation> {
    let me = assignee(tx.actor())?;
    let (attributes, trail) = (Attributes::default(), Trail::default());
    let opening = Opening { channel, customer, name, queue: None, page: None, attributes, trail };
    let (opened, new) = open(tx, opening)?;
    if opened.assignee_id.is_some() {
        policy::may_read(tx.actor(), &opened)?;
        return Ok(opened);
    }
    // Nobody has it: whoever writes to the customer takes it.
    let permit = tx.actor().permit_own(tx.now())?;
    match new {
        true => assign_locked(tx, &permit, &opened, me),
        false => assign(tx, &permit, opened.id, me),
    }
}

/// What a visitor is called until they give a name: told apart by the end of their id.
pub(crate) fn nameless(customer: CustomerId) -> String {
    let id = customer.to_string();
    format!("访客 {}", id[id.len() - 4..].to_uppercase())
}
