//! The running product, as its handlers see it.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    future::Future,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, PoisonError, RwLock},
};

use kernel::{Actor, Clock, Result};
use store::Db;
use tokio::sync::watch;

/// What everything that serves a request shares. Cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

struct Inner {
    db: Db,
    limits: Limits,
    ears: Arc<Ears>,
    parts: HashMap<TypeId, Arc<dyn Any + Send + Sync>>,
}

/// Those who wait for facts beside the requests, each with the kinds that do not concern them.
#[derive(Default)]
pub(crate) struct Ears(RwLock<Vec<(&'static [&'static str], watch::Sender<()>)>>);

impl Ears {
    /// Facts of these kinds came; none: it may have been anything.
    pub(crate) fn hear(&self, kinds: &[&str]) {
        for (but, ear) in &*self.0.read().unwrap_or_else(PoisonError::into_inner) {
            if kinds.is_empty() || kinds.iter().any(|kind| !but.contains(kind)) {
                ear.send_replace(());
            }
        }
    }
}

/// How much one caller may ask for.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Requests a second of one signed-in session, token or anonymous address, over time.
    pub requests_per_second: u32,
    /// Requests at once.
    pub burst: u32,
    /// Bytes of a request body, uploads apart.
    pub body: usize,
    /// Whether `X-Forwarded-For` is believed: only behind a proxy that sets it.
    pub trust_proxy: bool,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests_per_second: 100, burst: 400, body: 1 << 20, trust_proxy: false }
    }
}

/// What a request shows to say who sends it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Credentials {
    /// The cookie of a browser session.
    Session(String),
    /// An `Authorization: Bearer` token.
    Bearer(String),
}

/// The guard of the front door: `access` answers who shows these credentials.
pub trait Authenticator: Send + Sync {
    /// Who this is; [`kernel::Error::Unauthenticated`] when the credentials are no longer good.
    fn authenticate<'a>(
        &'a self,
        app: &'a App,
        credentials: &'a Credentials,
        ip: Option<IpAddr>,
    ) -> Pin<Box<dyn Future<Output = Result<Actor>> + Send + 'a>>;
}

impl App {
    /// An app over `db`; `parts` are what modules share with their handlers, one of each type.
    pub fn new(db: Db, limits: Limits, parts: Vec<Arc<dyn Any + Send + Sync>>) -> Self {
        let parts = parts.into_iter().map(|part| ((*part).type_id(), part)).collect();
        Self(Arc::new(Inner { db, limits, ears: Arc::default(), parts }))
    }

    /// The database.
    pub fn db(&self) -> &Db {
        &self.0.db
    }

    /// The house's clock.
    pub fn clock(&self) -> &Clock {
        self.0.db.clock()
    }

    /// How much one caller may ask for.
    pub fn limits(&self) -> &Limits {
        &self.0.limits
    }

    /// Changes whenever the outbox grew, here or on another node: for what runs beside the requests. Facts of the kinds
    /// `but` do not concern it.
    pub fn facts_grew(&self, but: &'static [&'static str]) -> watch::Receiver<()> {
        let (ear, hearing) = watch::channel(());
        self.0.ears.0.write().unwrap_or_else(PoisonError::into_inner).push((but, ear));
        hearing
    }

    pub(crate) fn ears(&self) -> Arc<Ears> {
        self.0.ears.clone()
    }

    /// The part of type `T` that its module put in.
    ///
    /// # Panics
    /// When no module did: a fault of the composition, met by the first test that starts it.
    pub fn part<T: Send + Sync + 'static>(&self) -> Arc<T> {
        let part = self.0.parts.get(&TypeId::of::<T>()).cloned();
        let part = part.and_then(|part| part.downcast::<T>().ok());
        part.unwrap_or_else(|| panic!("no module put in a {}", std::any::type_name::<T>()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_concern_somebody_does_not_wake_them() {
        let ears = Ears::default();
        let (ear, hearing) = watch::channel(());
        ears.0.write().unwrap().push((&["message.posted", "message.read"], ear));
        ears.hear(&["message.posted", "message.read"]);
        assert!(!hearing.has_changed().unwrap());
        ears.hear(&["message.posted", "conversation.closed"]);
        assert!(hearing.has_changed().unwrap());
    }

    #[test]
    fn what_may_have_been_anything_wakes_everybody() {
        let ears = Ears::default();
        let (ear, hearing) = watch::channel(());
        ears.0.write().unwrap().push((&["message.posted"], ear));
        ears.hear(&[]);
        assert!(hearing.has_changed().unwrap());
    }
}
