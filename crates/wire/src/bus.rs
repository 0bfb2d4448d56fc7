//! Between nodes: parcels of notes, numbered by who sends them.
//!
//! The bus may lose, repeat and reorder; the numbers show it, and the outbox repairs it.

use std::{
    borrow::Cow,
    sync::{Arc, Weak},
};

use kernel::{Owned, UserId};
use serde::{Deserialize, Serialize};

use crate::{Utf8Bytes, frame::Frame, hub::Inner};

/// How a node reaches the others.
#[derive(Clone)]
pub enum Bus {
    /// There are no others.
    Local,
    /// Through NATS.
    Nats {
        /// Where: `nats://user:password@host:4222`, several with commas between.
        url: String,
        /// What the installation is called there: nodes of one database share it, others must not.
        space: String,
    },
    /// Through something else.
    Through(Arc<dyn Carrier>),
}

impl Bus {
    /// What an installation is called on NATS unless its administrator says otherwise.
    pub const SPACE: &str = "zhike";

    /// NATS at `url`, in the space `zhike`.
    pub fn nats(url: impl Into<String>) -> Self {
        Self::Nats { url: url.into(), space: Self::SPACE.into() }
    }
}

/// What carries parcels to all other nodes: each at most a few times, in any order, if at all.
pub trait Carrier: Send + Sync {
    /// The hub that parcels of other nodes are for. Called once, within the runtime.
    fn connect(&self, inlet: Inlet);
    /// Takes a parcel along, or loses it; never waits.
    fn publish(&self, parcel: Vec<u8>);
    /// Whether parcels go through now.
    fn ready(&self) -> bool;
}

/// Where a carrier hands in what came.
#[derive(Clone)]
pub struct Inlet(pub(crate) Weak<Inner>);

impl Inlet {
    /// A parcel came; one's own are ignored. False when the hub is gone.
    pub fn parcel(&self, parcel: &[u8]) -> bool {
        self.0.upgrade().is_some_and(|hub| {
            hub.parcel(parcel);
            true
        })
    }

    /// The connection was cut and stands again, so parcels may have been lost.
    pub fn reconnected(&self) {
        if let Some(hub) = self.0.upgrade() {
            hub.missed("reconnected");
        }
    }
}

/// A process of the product, new with each start.
pub(crate) type Node = [u8; 16];

/// Bytes before a parcel's body: who sends it, and its number among theirs.
const HEAD: usize = 24;
/// A body grows to about this many bytes before it is sent; NATS takes 1 MiB.
const LARGE: usize = 256 << 10;

/// What a parcel holds.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct Body<'a> {
    /// The kinds of what came into the outbox, and what was signalled.
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) grew: Vec<Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Carried<'a>>,
    /// Close this person's connections.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) close: Option<UserId>,
}

/// A note on its way: the frame's text is made once, for all nodes.
#[derive(Serialize, Deserialize)]
pub(crate) struct Carried<'a> {
    #[serde(borrow)]
    pub(crate) topic: Cow<'a, str>,
    seq: i64,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    text: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    audience: Option<(Option<UserId>, Option<kernel::UnitId>)>,
}

impl<'a> Carried<'a> {
    pub(crate) fn new(topic: &'a str, frame: &'a Frame) -> Self {
        let audience = frame.audience.map(|owned| (owned.owner, owned.unit));
        Self {
            topic: topic.into(),
            seq: frame.seq,
            kind: (&*frame.kind).into(),
            text: frame.text.as_str().into(),
            audience,
        }
    }

    pub(crate) fn frame(&self) -> Frame {
        let audience = self.audience.map(|(owner, unit)| Owned { owner, unit });
        let text = Utf8Bytes::from(self.text.as_ref());
        Frame { seq: self.seq, kind: self.kind.as_ref().into(), audience, text }
    }
}

/// Cuts what is to be told into bodies of a size the bus takes.
pub(crate) fn bodies<'a>(told: &'a [(&'a str, Arc<Frame>)], grew: &[&'a str]) -> Vec<Body<'a>> {
    let grew = grew.iter().map(|kind| Cow::from(*kind)).collect();
    let mut bodies = vec![Body { grew, ..Body::default() }];
    let mut size = 0;
    for (topic, frame) in told {
        if size > 0 && size + frame.text.len() > LARGE {
            bodies.push(Body::default());
            size = 0;
        }
        size += frame.text.len() + topic.len();
        bodies.last_mut().expect("one at least").notes.push(Carried::new(topic, frame));
    }
    bodies
}

/// A parcel whose number is not yet set. Without a body it is a beat: it tells the number so far.
pub(crate) fn parcel(node: Node, body: Option<&Body<'_>>) -> Vec<u8> {
    let mut parcel = Vec::with_capacity(512);
    parcel.extend_from_slice(&node);
    parcel.extend_from_slice(&[0; HEAD - 16]);
    if let Some(body) = body {
        serde_json::to_writer(&mut parcel, body).expect("a body is JSON");
    }
    parcel
}

pub(crate) fn number(parcel: &mut [u8], number: u64) {
    parcel[16..HEAD].copy_from_slice(&number.to_be_bytes());
}

/// Who sent a parcel, its number, and its body (empty for a beat); None when it is none of ours.
pub(crate) fn open(parcel: &[u8]) -> Option<(Node, u64, &[u8])> {
    let (head, body) = parcel.split_at_checked(HEAD)?;
    let (node, number) = head.split_at(16);
    Some((node.try_into().ok()?, u64::from_be_bytes(number.try_into().ok()?), body))
}
