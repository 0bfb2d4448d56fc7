//! What happened, as it is kept and as it is told.

use std::sync::Arc;

use kernel::{Error, Owned, Result, Timestamp};
use serde::Serialize;

/// Something that happened, emitted in the transaction that made it true.
///
/// It is kept in the outbox for listeners (at least once, in order). With a topic it is also told
/// to those who watch that topic, right after the commit; `seq` rises by one with each fact of the
/// topic, so a watcher notices a missing one and asks for it.
#[derive(Clone, Debug)]
pub struct Fact {
    pub(crate) kind: &'static str,
    pub(crate) subject: String,
    pub(crate) topic: Option<(String, i64)>,
    pub(crate) data: String,
    /// When, and by whom (kind, id), where that is not what the transaction's end says of itself.
    pub(crate) told: Option<(Timestamp, &'static str, Option<String>)>,
}

impl Fact {
    /// `kind` (`task.closed`) happened to `subject` (an id); `data` is what a listener needs to know.
    ///
    /// # Errors
    /// [`Error::Internal`] when `data` is no JSON: a fault of its type.
    pub fn new(kind: &'static str, subject: impl ToString, data: &impl Serialize) -> Result<Self> {
        let data = serde_json::to_string(data).map_err(Error::internal)?;
        Ok(Self { kind, subject: subject.to_string(), topic: None, data, told: None })
    }

    /// Tells it to those who watch `topic`, as its fact number `seq`.
    #[must_use]
    pub fn on(mut self, topic: impl Into<String>, seq: i64) -> Self {
        self.topic = Some((topic.into(), seq));
        self
    }
}

/// A fact read back from the outbox.
#[derive(Clone, Debug)]
pub struct StoredFact {
    /// Its place in the one order of all facts: `epoch`, then `seq`.
    pub epoch: i64,
    /// See `epoch`.
    pub seq: i64,
    /// What happened.
    pub kind: String,
    /// To what.
    pub subject: String,
    /// What a listener needs to know, as JSON.
    pub data: String,
    /// When.
    pub at: Timestamp,
}

/// What is told to watchers after a commit. Lossy: a watcher repairs a gap by asking again.
#[derive(Clone, Debug)]
pub struct Note {
    /// Whom it concerns: those who watch this topic.
    pub topic: String,
    /// Its number within the topic; 0 for a list topic, whose watchers fetch the list again
    /// after a gap they cannot see.
    pub seq: i64,
    /// What happened.
    pub kind: String,
    /// When.
    pub at: Timestamp,
    /// As JSON. Empty when nobody listened while the row changed: who listens by now must fetch it.
    pub data: Arc<str>,
    /// Whose thing it is: only watchers whose scope covers it hear of it. None: all of them.
    pub audience: Option<Owned>,
}

/// Who tells notes to the world after a commit; called on a database thread, must not block.
pub trait Sink: Send + Sync {
    /// Whether anybody listens to this topic, here or elsewhere.
    fn heard(&self, topic: &str) -> bool;

    /// `notes` came true, in this order; `grew` are the kinds of facts that came into the outbox, and what was
    /// [signalled](crate::Tx::signal), each once.
    fn committed(&self, notes: Vec<Note>, grew: &[&'static str]);
}
