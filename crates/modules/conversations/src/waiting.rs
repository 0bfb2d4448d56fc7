//! What modules below ask about all conversations at once.

use channels::ChannelKind;
use kernel::{Cursor, CustomerId, QueueId, Result, Timestamp, UserId};
use store::Tx;

use crate::{
    model::{Conversation, ConversationId},
    queries,
};

/// The first `limit` conversations that wait in this queue, longest wait first; in none yet: none.
///
/// # Errors
/// From the database.
pub fn waiting_in(tx: &mut Tx<'_>, queue: Option<QueueId>, limit: i64) -> Result<Vec<Conversation>> {
    queries::waiting_in(tx, queue, limit)
}

/// By which kinds of channel those came who wait in this queue.
///
/// # Errors
/// From the database.
pub fn waiting_kinds(tx: &mut Tx<'_>, queue: QueueId) -> Result<Vec<ChannelKind>> {
    queries::waiting_kinds(tx, queue)
}

/// As [`waiting_in`], of those who came by one kind of channel.
///
/// # Errors
/// From the database.
pub fn waiting_of_kind(tx: &mut Tx<'_>, queue: QueueId, kind: ChannelKind, limit: i64) -> Result<Vec<Conversation>> {
    queries::waiting_of_kind(tx, queue, kind, limit)
}

/// How many active conversations each person has of each kind of channel; those with none are left out.
///
/// # Errors
/// From the database.
pub fn load_of_kinds(tx: &mut Tx<'_>) -> Result<Vec<(UserId, ChannelKind, i64)>> {
    queries::load_of_kinds(tx)
}

/// The conversations that are over, in the order in which they were opened, after the given one.
///
/// # Errors
/// From the database.
pub fn closed_after(tx: &mut Tx<'_>, after: &Cursor, limit: i64) -> Result<Vec<Conversation>> {
    queries::closed_after(tx, after, limit)
}

/// The conversations opened last, latest first.
///
/// # Errors
/// From the database.
pub fn latest(tx: &mut Tx<'_>, limit: i64) -> Result<Vec<Conversation>> {
    queries::latest(tx, limit)
}

/// Everyone who waits in this queue, longest wait first, and since when.
///
/// # Errors
/// From the database.
pub fn line_of(tx: &mut Tx<'_>, queue: QueueId) -> Result<Vec<(ConversationId, Timestamp)>> {
    queries::line_of(tx, queue)
}

/// How many wait in the same queue before this one.
///
/// # Errors
/// From the database.
pub fn ahead_of(tx: &mut Tx<'_>, conversation: &Conversation) -> Result<i64> {
    queries::ahead_of(tx, conversation)
}

/// For each queue in which somebody waits, how many and since when the longest.
///
/// # Errors
/// From the database.
pub fn waiting_counts(tx: &mut Tx<'_>) -> Result<Vec<(Option<QueueId>, i64, Timestamp)>> {
    queries::waiting_counts(tx)
}

/// Takes those who wait in this queue out of it; they wait in none until they are given another.
///
/// # Errors
/// From the database.
pub fn forget_queue(tx: &mut Tx<'_>, queue: QueueId) -> Result<()> {
    queries::forget_queue(tx, queue)
}

store::record! {
    /// A conversation that is over and of which nobody said yet what it was about.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Unwrapped {
        /// Which.
        pub id: ConversationId,
        /// Who had it.
        pub assignee_id: UserId,
        /// Where it waited.
        pub queue_id: Option<QueueId>,
        /// When it was over.
        pub closed_at: Timestamp,
    }
}

/// The unwrapped conversations that were over after `since`.
///
/// # Errors
/// From the database.
pub fn unwrapped(tx: &mut Tx<'_>, since: Timestamp) -> Result<Vec<Unwrapped>> {
    queries::unwrapped(tx, since)
}

/// The active conversations of this queue whose customers wait for an answer since `before` or longer, the
/// longest first.
///
/// # Errors
/// From the database.
pub fn unanswered(tx: &mut Tx<'_>, queue: QueueId, before: Timestamp, limit: i64) -> Result<Vec<Conversation>> {
    queries::unanswered(tx, queue, before, limit)
}

/// The conversations this person has, the oldest first.
///
/// # Errors
/// From the database.
pub fn active_of(tx: &mut Tx<'_>, user: UserId) -> Result<Vec<Conversation>> {
    queries::active_of(tx, user)
}

/// Who served each of these customers last, where somebody did.
///
/// # Errors
/// From the database.
pub fn last_agents(tx: &mut Tx<'_>, customers: &[CustomerId]) -> Result<Vec<(CustomerId, UserId)>> {
    queries::last_agents(tx, customers)
}

/// The conversation of this id, locked until the transaction ends: for modules that did their own check.
///
/// # Errors
/// [`kernel::Error::NotFound`] without one.
pub fn lock(tx: &mut Tx<'_>, id: ConversationId) -> Result<Conversation> {
    queries::lock(tx, id)
}
