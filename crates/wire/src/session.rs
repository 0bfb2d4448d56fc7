//! What a kind of socket means: who may watch what, and what the client's frames do.

use std::sync::Arc;

use kernel::{Result, Scope, UserId};
use serde::de::DeserializeOwned;

use crate::Utf8Bytes;

/// One client's side of a connection: the staff socket and the visitor socket each have one.
///
/// The connection loop calls it; it is dropped when the connection ends.
pub trait Session: Send + Sync + 'static {
    /// What the client says: an enum told apart by its field `t`.
    type Frame: DeserializeOwned + Send + 'static;

    /// Whose connections [`crate::Hub::close_actor`] closes this one with.
    fn actor(&self) -> Option<UserId> {
        None
    }

    /// How much the client may do.
    fn limits(&self) -> Limits {
        Limits::default()
    }

    /// Called once, when the hub knows the connection: the place to look once more whether the
    /// session still stands, so that one revoked meanwhile is not missed. Answers what to say first.
    ///
    /// # Errors
    /// Any error is told to the client and closes the connection.
    fn begin(&self) -> impl Future<Output = Result<Option<Utf8Bytes>>> + Send {
        async { Ok(None) }
    }

    /// Lets the client watch `topic`, or refuses. Whatever is committed while it loads is told
    /// after what it answers, nothing falls between. Without `since`, and where `since` is ahead of
    /// the topic, a numbered topic answers its state.
    ///
    /// # Errors
    /// Told to the client as an error frame with the topic.
    fn open(&self, topic: &str, since: Option<i64>) -> impl Future<Output = Result<Opened>> + Send;

    /// Does what a frame asks. Several may be under way at once; each is polled before the next is
    /// read, so what it hands over before it first waits keeps the client's order.
    ///
    /// # Errors
    /// Told to the client as an error frame. A refusal the client must match to its own frame is an
    /// answer ([`Action::Say`]), not an error.
    fn handle(&self, frame: Self::Frame) -> impl Future<Output = Result<Action>> + Send;

    /// Whether a fact of this kind may have ended the client's right to watch its numbered topic: then
    /// [`Session::open`] is asked anew, with the fact's number, before anything after it is told.
    fn asks_again(&self, _kind: &str) -> bool {
        false
    }

    /// Whether the client is told of facts of this kind. What it is not told of is numbered all the
    /// same.
    fn sees(&self, _kind: &str) -> bool {
        true
    }
}

/// What the connection does about a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Nothing.
    Nothing,
    /// Sends this.
    Say(Utf8Bytes),
    /// Answers a ping.
    Pong,
    /// Opens a topic through [`Session::open`], in place of an earlier watch on it.
    Watch {
        /// Which.
        topic: String,
        /// The number of the last fact the client has.
        since: Option<i64>,
    },
    /// Ends a watch.
    Unwatch {
        /// On which topic.
        topic: String,
    },
    /// Does all of these, in this order, up to one that closes.
    All(Vec<Action>),
    /// Says this and closes.
    Close(Utf8Bytes, Close),
}

/// A topic that may be watched, and from where on.
#[derive(Clone, Debug)]
pub struct Opened {
    pub(crate) first: Option<Utf8Bytes>,
    pub(crate) from: From,
}

#[derive(Clone, Debug)]
pub(crate) enum From {
    /// The client is told the state after this number.
    State(i64),
    /// The client has everything up to this number; what came since is read from the outbox.
    Since(i64),
    /// Without numbers, to those whose scope covers a note's audience.
    List(Option<Arc<Scope>>),
}

impl Opened {
    /// A numbered topic: `first`, a frame with its state after fact number `seq`, then the facts
    /// that follow. See [`crate::snapshot`].
    pub fn state(seq: i64, first: Utf8Bytes) -> Self {
        Self { first: Some(first), from: From::State(seq) }
    }

    /// A numbered topic whose watcher has everything up to `seq`: the facts that follow.
    pub fn since(seq: i64) -> Self {
        Self { first: None, from: From::Since(seq) }
    }

    /// As [`Opened::since`], with a frame before them.
    pub fn since_after(seq: i64, first: Utf8Bytes) -> Self {
        Self { first: Some(first), from: From::Since(seq) }
    }

    /// A list topic: the client is told that the watch stands and then fetches the list. It hears
    /// of notes without an audience, and of those whose audience `scope` covers.
    pub fn list(scope: impl Into<Option<Arc<Scope>>>) -> Self {
        Self { first: None, from: From::List(scope.into()) }
    }
}

/// How much one connection may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Frames a second; what comes faster is read later, nothing is lost.
    pub frames_per_second: u32,
    /// Frames being handled and topics being opened at once; the next frame is read when one is done.
    pub at_once: usize,
    /// Topics watched at once.
    pub topics: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { frames_per_second: 500, at_once: 64, topics: 200 }
    }
}

/// Why the server closes a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Close {
    /// The server stops; connect again.
    GoingAway,
    /// Frame after frame made no sense.
    Malformed,
    /// The session has ended; sign in again.
    SessionEnded,
    /// The client did not read what it was sent.
    Slow,
    /// The client was silent.
    Idle,
    /// A fault of ours; connect again.
    Fault,
}

impl Close {
    /// The WebSocket close code.
    pub const fn code(self) -> u16 {
        match self {
            Self::GoingAway => 1001,
            Self::Fault => 1011,
            Self::Malformed => 4400,
            Self::SessionEnded => 4401,
            Self::Slow => 4008,
            Self::Idle => 4408,
        }
    }

    /// The reason beside the code.
    pub const fn reason(self) -> &'static str {
        match self {
            Self::GoingAway => "going_away",
            Self::Fault => "internal",
            Self::Malformed => "malformed",
            Self::SessionEnded => "session_ended",
            Self::Slow => "slow",
            Self::Idle => "idle",
        }
    }
}
