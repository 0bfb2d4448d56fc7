//! What is told in real time: every topic with its state and its facts, and the two sockets that carry them.

#[cfg(feature = "described")]
mod described;

use utoipa::ToSchema;

#[cfg(feature = "described")]
use self::described::Described;
#[cfg(feature = "described")]
pub(crate) use self::described::describe;

/// Where nothing is described.
#[cfg(not(feature = "described"))]
struct Described;

#[cfg(not(feature = "described"))]
impl Described {
    #[expect(clippy::extra_unused_type_parameters, reason = "it stands for the one that reads it")]
    const fn of<T>() -> Self {
        Self
    }
}

/// A topic as the API's description holds it: what is told on it, and to whom.
#[must_use]
#[cfg_attr(not(feature = "described"), expect(dead_code, reason = "what it holds is for the description"))]
pub struct Telling {
    topic: &'static str,
    about: &'static str,
    state: Option<Described>,
    facts: Vec<Told>,
    visitors: &'static [&'static str],
    frames: Vec<(&'static str, Described)>,
    /// Whether it is a list of its own.
    listed: bool,
}

/// One kind of what is told on a topic.
#[cfg_attr(not(feature = "described"), expect(dead_code, reason = "what it holds is for the description"))]
struct Told {
    kind: &'static str,
    about: &'static str,
    numbered: bool,
    data: Described,
}

impl Telling {
    /// A topic whose facts are numbered: `conversation:{id}`. Its watchers are first told the state `S`.
    pub fn numbered<S: ToSchema>(topic: &'static str, about: &'static str) -> Self {
        Self { state: Some(Described::of::<S>()), ..Self::beside(topic, about) }
    }

    /// What this module tells on another one's topic.
    pub fn beside(topic: &'static str, about: &'static str) -> Self {
        Self { topic, about, state: None, facts: Vec::new(), visitors: &[], frames: Vec::new(), listed: false }
    }

    /// A list topic: its watchers fetch the list and are told the rows that change.
    pub fn list(topic: &'static str, about: &'static str) -> Self {
        Self { listed: true, ..Self::beside(topic, about) }
    }

    /// A fact of this kind, kept and numbered, whose data is a `T`.
    pub fn fact<T: ToSchema>(self, kind: &'static str, about: &'static str) -> Self {
        self.told::<T>(kind, about, true)
    }

    /// What is told without being kept: its number is 0. Its data is a `T`.
    pub fn note<T: ToSchema>(self, kind: &'static str, about: &'static str) -> Self {
        self.told::<T>(kind, about, false)
    }

    fn told<T: ToSchema>(mut self, kind: &'static str, about: &'static str, numbered: bool) -> Self {
        self.facts.push(Told { kind, about, numbered, data: Described::of::<T>() });
        self
    }

    /// Visitors are told of these kinds too.
    pub fn to_visitors(mut self, kinds: &'static [&'static str]) -> Self {
        self.visitors = kinds;
        self
    }

    /// The frame `t` is a `T`, which says more than [`wire::ServerFrame`] can.
    pub fn frame<T: ToSchema>(mut self, t: &'static str) -> Self {
        self.frames.push((t, Described::of::<T>()));
        self
    }
}
