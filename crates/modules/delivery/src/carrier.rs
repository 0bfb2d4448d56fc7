//! What a kind of channel brings to have its messages carried.

use std::{sync::Arc, time::Duration};

use channels::ChannelKind;
use conversations::{Conversation, Message};
use files::StoredFile;
use futures_util::future::BoxFuture;
use http::App;
use kernel::{Id, Result, Timestamp};
use serde::Serialize;
use store::Tx;
use utoipa::ToSchema;

use crate::{Delivery, DeliveryState};

/// How a kind of channel brings words to its customers. Registered where the product is composed:
/// `delivery::module(vec![…])`.
pub trait Carrier: Send + Sync {
    /// For which kind.
    fn kind(&self) -> ChannelKind;

    /// Hands a parcel over. Those of one conversation come one at a time and in order. After a crash one
    /// may come a second time: its `id` is the same, for whatever on the other side can tell. It is given
    /// up after a minute and tried again.
    fn carry<'a>(&'a self, app: &'a App, parcel: &'a Parcel) -> BoxFuture<'a, Result<Carried, Refused>>;

    /// What the channel allows in this conversation now: shown to whoever writes.
    ///
    /// # Errors
    /// From the database.
    fn limits(&self, tx: &mut Tx<'_>, conversation: &Conversation) -> Result<Limits> {
        let _ = (tx, conversation);
        Ok(Limits::default())
    }
}

/// A message on its way to the customer.
#[derive(Clone, Debug)]
pub struct Parcel {
    /// The same in every attempt.
    pub id: Id<Delivery>,
    /// Which attempt, from 1.
    pub attempt: i64,
    /// In which conversation it was said.
    pub conversation: Conversation,
    /// To whom, as the channel names them: the `user` that wrote last.
    pub recipient: String,
    /// What was said.
    pub message: Message,
    /// The file, when it is one: see `files::api::bytes`.
    pub file: Option<StoredFile>,
}

/// What the other side said when it took a parcel.
#[derive(Clone, Debug, Default)]
pub struct Carried {
    /// Its own name of the message, by which receipts may name it; at most 200 characters.
    pub external_id: Option<String>,
    /// Whether it is on the customer's screen already.
    pub delivered: bool,
}

/// Why something was not carried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Why {
    /// A stable name: `timeout`, `refused`, `window_closed`, …; the console's catalogue `delivery.why` has words for it.
    pub code: &'static str,
    /// What the other side said, if it said anything; cut at 300 characters.
    pub text: String,
}

impl Why {
    /// This code, and what the other side said.
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Self { code, text: text.into() }
    }
}

/// The other side did not take a parcel.
#[derive(Clone, Debug)]
pub enum Refused {
    /// It may later: it is tried again after a growing wait, of at least this long if the other side said so.
    Later(Why, Option<Duration>),
    /// It will not.
    Never(Why),
}

impl Refused {
    /// May be otherwise later.
    pub fn later(code: &'static str, text: impl Into<String>) -> Self {
        Self::Later(Why::new(code, text), None)
    }

    /// Will not be otherwise.
    pub fn never(code: &'static str, text: impl Into<String>) -> Self {
        Self::Never(Why::new(code, text))
    }
}

/// What a channel allows in a conversation now. What is not said is not limited.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeliveryLimits)]
pub struct Limits {
    /// Until when messages are taken; past: none is, until the customer writes again.
    pub until: Option<Timestamp>,
    /// How many more are taken until the customer writes again.
    pub left: Option<i64>,
    /// Characters of the longest text.
    pub longest: Option<i64>,
    /// Why nothing is taken at all now, by its name among the reasons of deliveries.
    pub refused: Option<String>,
    /// What is to be known before writing, by its name among the reasons of deliveries.
    pub caution: Option<String>,
    /// Whether files are not taken.
    pub no_files: bool,
    /// How a text is counted in parts, each of which costs; none: it is not.
    pub parts: Option<Parts>,
}

/// How a text message is counted in parts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = DeliveryParts)]
pub struct Parts {
    /// Which letters are cheap: `gsm7` (160, or 153 a part), `latin1` (140, or 134), or `ucs2`: none (70, or 67).
    pub alphabet: String,
    /// What goes before each text and counts.
    pub prefix: String,
    /// Parts of one message at most.
    pub most: i64,
}

/// Everybody who carries: a part of the app.
#[derive(Clone)]
pub(crate) struct Carriers(Arc<Vec<Box<dyn Carrier>>>);

impl Carriers {
    pub(crate) fn new(all: Vec<Box<dyn Carrier>>) -> Self {
        Self(Arc::new(all))
    }

    pub(crate) fn of(&self, kind: ChannelKind) -> Option<&dyn Carrier> {
        self.0.iter().find(|carrier| carrier.kind() == kind).map(AsRef::as_ref)
    }
}

/// What became of an attempt.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub id: Id<Delivery>,
    pub answer: Result<Carried, Refused>,
}

impl Carried {
    pub(crate) fn state(&self) -> DeliveryState {
        if self.delivered { DeliveryState::Delivered } else { DeliveryState::Sent }
    }
}
