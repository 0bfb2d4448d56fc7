//! Listeners: reactions of one module to what happened in another.

use std::sync::Arc;

use kernel::{Error, Result, Timestamp};
use serde::{Deserialize, Serialize};
use store::{StoredFact, Tx};

use crate::jobs::Handler;

type Reaction = Arc<dyn Fn(&mut Tx<'_>, &StoredFact) -> Result<()> + Send + Sync>;

/// A reaction to facts, each in the one order of all facts.
///
/// The reaction runs in the transaction that moves the listener's cursor past the fact, so its
/// effects in the database come true exactly once; what must happen outside is a job it enqueues.
/// A fact that fails is tried again after growing waits and holds up its listener alone; after the
/// fifth failure it is put aside as a dead job `fact:<name>` and the listener goes on.
#[derive(Clone)]
pub struct Listener {
    pub(crate) name: &'static str,
    pub(crate) kinds: &'static [&'static str],
    pub(crate) locking: bool,
    reaction: Reaction,
}

impl Listener {
    /// `reaction` is applied to every fact of these `kinds`. The `name`, `module.what`, names its
    /// cursor and never changes. A new listener begins with the oldest fact kept.
    ///
    /// # Errors
    /// `reaction` answers an error to undo the transaction and be tried again.
    pub fn new(
        name: &'static str,
        kinds: &'static [&'static str],
        reaction: impl Fn(&mut Tx<'_>, &StoredFact) -> Result<()> + Send + Sync + 'static,
    ) -> Self {
        Self { name, kinds, locking: false, reaction: Arc::new(reaction) }
    }

    /// It locks the rows it changes (`FOR UPDATE`), as [`store::Db::append`] wants it: for what
    /// touches rows that others change all the time, where full isolation would fail again and again.
    #[must_use]
    pub fn locking(mut self) -> Self {
        self.locking = true;
        self
    }

    pub(crate) fn wants(&self, fact: &StoredFact) -> bool {
        self.kinds.contains(&fact.kind.as_str())
    }

    pub(crate) fn react(&self, tx: &mut Tx<'_>, fact: &StoredFact) -> Result<()> {
        (self.reaction)(tx, fact)
    }

    /// The kind of the jobs that hold the facts it could not take.
    pub(crate) fn parked_kind(&self) -> String {
        format!("fact:{}", self.name)
    }

    /// Hands it a fact that was put aside: what an administrator's retry does.
    pub(crate) fn parked_handler(&self) -> Handler {
        let listener = self.clone();
        Handler::raw(self.parked_kind(), move |cx, payload| {
            let (listener, parked) = (listener.clone(), serde_json::from_str::<ParkedFact>(payload));
            Box::pin(async move {
                let fact = StoredFact::from(parked.map_err(Error::internal)?);
                let (db, origin) = (cx.db.clone(), cx.origin.clone());
                db.write(&origin, move |tx| {
                    cx.finish(tx)?;
                    listener.react(tx, &fact)
                })
                .await
            })
        })
    }
}

/// A fact put aside, as a job's payload.
#[derive(Serialize, Deserialize)]
pub(crate) struct ParkedFact {
    epoch: i64,
    seq: i64,
    kind: String,
    subject: String,
    data: String,
    at: Timestamp,
}

impl From<&StoredFact> for ParkedFact {
    fn from(fact: &StoredFact) -> Self {
        Self {
            epoch: fact.epoch,
            seq: fact.seq,
            kind: fact.kind.clone(),
            subject: fact.subject.clone(),
            data: fact.data.clone(),
            at: fact.at,
        }
    }
}

impl From<ParkedFact> for StoredFact {
    fn from(fact: ParkedFact) -> Self {
        let ParkedFact { epoch, seq, kind, subject, data, at } = fact;
        Self { epoch, seq, kind, subject, data, at }
    }
}
