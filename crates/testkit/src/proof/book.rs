//! Who said, heard and was told what.

use std::collections::BTreeMap;

use serde_json::Value;

/// Everything that was seen, for the reckoning.
#[derive(Default)]
pub(crate) struct Book {
    /// By client id.
    pub(crate) said: BTreeMap<String, Said>,
    /// By watcher and topic.
    pub(crate) views: BTreeMap<(String, String), View>,
    /// How often the supervisor gave a conversation to somebody, by topic.
    pub(crate) given: BTreeMap<String, usize>,
    /// What was wrong the moment it was seen.
    pub(crate) wrong: Vec<String>,
    pub(crate) figures: Figures,
}

/// What there is to tell afterwards; times in milliseconds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figures {
    pub(crate) kills: u32,
    pub(crate) freezes: u32,
    pub(crate) cuts: u32,
    pub(crate) reconnects: u32,
    pub(crate) said_again: u32,
    pub(crate) starts: Vec<i64>,
    pub(crate) takeovers: Vec<i64>,
}

/// A message somebody sent.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) by: String,
    /// Its place among this sender's.
    pub(crate) number: u64,
    pub(crate) text: String,
    pub(crate) fate: Fate,
}

/// What the sender knows of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// Nothing yet.
    Unknown,
    /// Acknowledged under this number and id.
    Kept { seq: i64, id: String },
    /// Refused in the end, though an earlier attempt may have been kept.
    Doubtful,
    /// Refused at once: it must not be there.
    Refused,
}

/// What a watcher saw of a topic.
#[derive(Default)]
pub(crate) struct View {
    pub(crate) last: i64,
    /// The messages that came with a state, and its number.
    pub(crate) states: Vec<(i64, Vec<Value>)>,
    pub(crate) facts: Vec<Value>,
    /// Watched until the end: then it must be complete.
    pub(crate) to_the_end: bool,
}

impl Book {
    pub(crate) fn blame(&mut self, text: String) {
        if self.wrong.len() < 200 {
            self.wrong.push(text);
        }
    }

    pub(crate) fn said(&mut self, by: &str, number: u64, client_id: &str, text: &str) {
        let said = Said { by: by.into(), number, text: text.into(), fate: Fate::Unknown };
        self.said.insert(client_id.into(), said);
    }

    pub(crate) fn settle(&mut self, client_id: &str, fate: Fate) {
        let Some(said) = self.said.get_mut(client_id) else { return };
        let again = matches!(said.fate, Fate::Kept { .. }) && said.fate != fate;
        let before = std::mem::replace(&mut said.fate, fate.clone());
        if again {
            self.blame(format!("{client_id} was acknowledged as {before:?} and then as {fate:?}"));
        }
    }

    /// The number after which `watcher` goes on with `topic`.
    pub(crate) fn last(&self, watcher: &str, topic: &str) -> Option<i64> {
        self.views.get(&(watcher.into(), topic.into())).map(|view| view.last)
    }

    /// The state of a topic came.
    pub(crate) fn state(&mut self, watcher: &str, topic: &str, seq: i64, messages: Vec<Value>) {
        let view = self.views.entry((watcher.into(), topic.into())).or_default();
        let before = view.last;
        view.last = seq;
        view.states.push((seq, messages));
        view.to_the_end = true;
        if seq < before {
            self.blame(format!("{watcher} had {topic} up to {before} and was given its state of {seq}"));
        }
    }

    /// A watch begins where the client says.
    pub(crate) fn begin(&mut self, watcher: &str, topic: &str, since: i64) {
        let view = self.views.entry((watcher.into(), topic.into())).or_default();
        (view.last, view.to_the_end) = (since, true);
    }

    /// `watcher` watches no more.
    pub(crate) fn leave(&mut self, watcher: &str, topic: &str) {
        if let Some(view) = self.views.get_mut(&(watcher.into(), topic.into())) {
            view.to_the_end = false;
        }
    }

    /// A fact came. Staff are told every number; a visitor's gaps are looked at in the reckoning.
    /// False for a topic that was not asked for.
    pub(crate) fn fact(&mut self, watcher: &str, frame: &Value, every_number: bool) -> bool {
        let (topic, seq) = (frame["topic"].as_str().unwrap_or_default(), frame["seq"].as_i64().unwrap_or_default());
        let Some(view) = self.views.get_mut(&(watcher.to_owned(), topic.to_owned())) else { return false };
        let last = view.last;
        let right = if every_number { seq == last + 1 } else { seq > last };
        view.last = seq.max(last);
        view.facts.push(frame.clone());
        if !right {
            self.blame(format!("{watcher} was told {seq} of {topic} after {last}"));
        }
        true
    }
}
