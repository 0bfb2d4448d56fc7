//! The line of those who wait, as far as its customers see it. Who stands where is known by `routing`.

use kernel::{ChannelId, QueueId, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::model::{Conversation, ConversationId, topic};

/// Where a waiting conversation stands: the fields of [`wire::ServerFrame::Queue`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = QueuePlace)]
pub struct Place {
    /// 1 is next.
    pub position: i64,
    /// How many come before.
    pub ahead: i64,
    /// How long it will probably take, in milliseconds; none while nobody can tell.
    pub estimated_ms: Option<i64>,
    /// Since when it waits.
    pub since: Timestamp,
}

/// What somebody who would begin to wait now has before them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outlook {
    /// How many wait.
    pub waiting: i64,
    /// How long it will probably take, in milliseconds; none while nobody can tell.
    pub estimated_ms: Option<i64>,
}

/// What `routing` registers, as a part `Box<dyn QueuePlace>`: where a new
/// conversation waits, and who stands where. A place is asked for once when a visitor comes; after that
/// changes are told by [`crate::api::tell_place`].
pub trait QueuePlace: Send + Sync {
    /// Where what comes by this channel begins to wait; none when nobody knows.
    ///
    /// # Errors
    /// From the database.
    fn queue(&self, tx: &mut Tx<'_>, channel: ChannelId) -> Result<Option<QueueId>>;

    /// Where this conversation stands; none when it does not wait.
    ///
    /// # Errors
    /// From the database.
    fn place(&self, tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Option<Place>>;

    /// What somebody who comes by this channel now has before them.
    ///
    /// # Errors
    /// From the database.
    fn outlook(&self, tx: &mut Tx<'_>, channel: ChannelId) -> Result<Outlook>;
}

/// Until `routing` says otherwise, nobody knows.
struct Unknown;

impl QueuePlace for Unknown {
    fn queue(&self, _tx: &mut Tx<'_>, _channel: ChannelId) -> Result<Option<QueueId>> {
        Ok(None)
    }

    fn place(&self, _tx: &mut Tx<'_>, _conversation: &Conversation) -> Result<Option<Place>> {
        Ok(None)
    }

    fn outlook(&self, _tx: &mut Tx<'_>, _channel: ChannelId) -> Result<Outlook> {
        Ok(Outlook::default())
    }
}

pub(crate) fn unknown() -> Box<dyn QueuePlace> {
    Box::new(Unknown)
}

/// Tells the conversation's visitor where they stand now, after the commit. Whoever computes a queue
/// tells those whose place changed.
///
/// # Errors
/// None that a caller can do something about.
pub fn tell_place(tx: &mut Tx<'_>, id: ConversationId, place: &Place) -> Result<()> {
    tx.notify(&topic(id), wire::QUEUE, place, None)
}
