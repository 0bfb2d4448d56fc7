//! Who watches what on this node, and how they hear of it.

use std::{
    collections::HashMap,
    hash::{BuildHasher, RandomState},
    sync::{
        Arc, Mutex, MutexGuard, OnceLock, PoisonError, RwLock, Weak,
        atomic::{AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    time::Duration,
};

use kernel::{Origin, Scope, UserId};
use store::{Db, Note, Sink};
use tokio::{sync::Semaphore, time::MissedTickBehavior};

use crate::{
    Bus, Carrier, Close, Inlet,
    bus::{self, Body, Node},
    frame::Frame,
    inbox::Inbox,
    meters::Meters,
    nats::Nats,
    peers::Peers,
};

/// Tells those who watch, on this node and the others, what was committed. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

/// How patient a hub is. The default is for real life; tests hurry.
#[derive(Clone, Copy, Debug)]
pub struct Tuning {
    /// The time of one beat: nodes tell one another that they live, and silent clients are found.
    pub beat: Duration,
    /// Frames that wait for one connection before it counts as lagging.
    pub queue: usize,
    /// Beats a client may be silent.
    pub idle_beats: u32,
    /// Beats a write may wait for a client that does not read.
    pub stuck_beats: u32,
    /// How long a missing number may be on its way before it is read from the outbox.
    pub gap: Duration,
}

impl Default for Tuning {
    fn default() -> Self {
        let (beat, gap) = (Duration::from_secs(1), Duration::from_millis(15));
        Self { beat, queue: 256, idle_beats: 75, stuck_beats: 10, gap }
    }
}

/// Beats another node may be silent before it counts as gone.
const SILENCE: u32 = 3;
/// While the bus is down, watchers read the outbox every so many beats.
const BLIND: u32 = 5;
/// Reads of the outbox at once, over all connections.
const READS: usize = 16;
const SHARDS: usize = 16;

pub(crate) struct Inner {
    pub(crate) db: Db,
    pub(crate) origin: Arc<Origin>,
    pub(crate) tuning: Tuning,
    pub(crate) meters: Meters,
    pub(crate) reads: Semaphore,
    hasher: RandomState,
    topics: [RwLock<HashMap<Arc<str>, Vec<Watcher>>>; SHARDS],
    connections: Mutex<HashMap<u64, Arc<Inbox>>>,
    next_connection: AtomicU64,
    beat: AtomicU32,
    on_facts: OnceLock<Wake>,
    on_notes: OnceLock<Show>,
    node: Node,
    carrier: Option<Arc<dyn Carrier>>,
    /// The number of the last parcel sent; held while it is handed over, so that they go in order.
    sent: Mutex<u64>,
    peers: Mutex<Peers>,
}

/// Who is shown what is told.
type Show = Box<dyn Fn(&Note) + Send + Sync>;
/// Who is woken by the kinds of what came into the outbox; by none where it may have been anything.
type Wake = Box<dyn Fn(&[&str]) + Send + Sync>;

struct Watcher {
    watch: u32,
    inbox: Arc<Inbox>,
    scope: Option<Arc<Scope>>,
}

impl Watcher {
    fn hears(&self, frame: &Frame) -> bool {
        let Some(audience) = &frame.audience else { return true };
        self.scope.as_ref().is_some_and(|scope| scope.covers(audience))
    }
}

impl Hub {
    /// A hub for this node, told by `db` of every commit. Needs a runtime; call it once for a `db`.
    pub fn start(db: &Db, bus: Bus) -> Self {
        Self::tuned(db, bus, Tuning::default())
    }

    /// As [`Hub::start`], with a patience of one's own.
    pub fn tuned(db: &Db, bus: Bus, tuning: Tuning) -> Self {
        let carrier: Option<Arc<dyn Carrier>> = match bus {
            Bus::Local => None,
            Bus::Nats { url, space } => Some(Arc::new(Nats::new(url, &space))),
            Bus::Through(carrier) => Some(carrier),
        };
        let inner = Arc::new(Inner {
            db: db.clone(),
            origin: Origin::system("wire"),
            tuning,
            meters: Meters::new(),
            reads: Semaphore::new(READS),
            hasher: RandomState::new(),
            topics: std::array::from_fn(|_| RwLock::default()),
            connections: Mutex::default(),
            next_connection: AtomicU64::new(0),
            beat: AtomicU32::new(1),
            on_facts: OnceLock::new(),
            on_notes: OnceLock::new(),
            node: db.rng().bytes(),
            carrier,
            sent: Mutex::new(0),
            peers: Mutex::default(),
        });
        let weak = Arc::downgrade(&inner);
        db.tell(Arc::new(Ear(weak.clone())));
        if let Some(carrier) = &inner.carrier {
            carrier.connect(Inlet(weak.clone()));
        }
        tokio::spawn(beat(weak, tuning.beat));
        Self(inner)
    }

    /// Names who is woken when the outbox grew or something was signalled, here or on another node; once.
    pub fn on_facts(&self, wake: Wake) {
        let _ = self.0.on_facts.set(wake);
    }

    /// Names who is shown everything that is told from this node, whether anybody listens or not; once.
    pub fn on_notes(&self, show: Box<dyn Fn(&Note) + Send + Sync>) {
        let _ = self.0.on_notes.set(show);
    }

    /// Tells what is worth no commit, such as that somebody types. Lost when nobody listens.
    pub fn tell(&self, note: Note) {
        self.0.told(&[note], &[]);
    }

    /// Closes every connection of this person, on all nodes: call it when a session or a
    /// permission is taken away.
    pub fn close_actor(&self, actor: &UserId) {
        self.0.close(actor);
        self.0.publish(&Body { close: Some(*actor), ..Body::default() });
    }

    /// Closes every connection of this node: the server stops.
    pub fn close_all(&self) {
        self.0.connections().values().for_each(|inbox| inbox.close(Close::GoingAway));
    }

    /// Whether what is told reaches the other nodes.
    pub fn ready(&self) -> bool {
        self.0.carrier.as_ref().is_none_or(|carrier| carrier.ready())
    }

    /// This process's name among the nodes, new with each start.
    pub fn node(&self) -> String {
        kernel::hex(&self.0.node[..6])
    }

    /// Who is connected to this node, each person once.
    pub fn actors(&self) -> Vec<UserId> {
        let mut actors: Vec<_> = self.0.connections().values().filter_map(|inbox| inbox.actor).collect();
        actors.sort_unstable();
        actors.dedup();
        actors
    }

    /// Connections open on this node.
    pub fn connections(&self) -> usize {
        self.0.connections().len()
    }

    pub(crate) fn inner(&self) -> &Inner {
        &self.0
    }

    /// Makes a connection known.
    pub(crate) fn attach(&self, actor: Option<UserId>) -> Arc<Inbox> {
        let id = self.0.next_connection.fetch_add(1, Relaxed);
        let inbox = Arc::new(Inbox::new(id, actor, self.0.tuning.queue, self.beat()));
        self.0.connections().insert(id, inbox.clone());
        self.0.meters.sockets.increment(1.0);
        inbox
    }

    pub(crate) fn detach(&self, inbox: &Inbox) {
        self.0.connections().remove(&inbox.id);
        self.0.meters.sockets.decrement(1.0);
    }

    /// From now on `inbox` hears of `topic`, but for notes with an audience.
    pub(crate) fn watch(&self, topic: &Arc<str>, watch: u32, inbox: &Arc<Inbox>) {
        let mut topics = self.0.shard(topic).write().unwrap_or_else(PoisonError::into_inner);
        let watchers = topics.entry(topic.clone()).or_insert_with(|| Vec::with_capacity(1));
        watchers.push(Watcher { watch, inbox: inbox.clone(), scope: None });
    }

    /// From now on also of notes whose audience `scope` covers.
    pub(crate) fn widen(&self, topic: &str, watch: u32, inbox: &Inbox, scope: &Arc<Scope>) {
        let mut topics = self.0.shard(topic).write().unwrap_or_else(PoisonError::into_inner);
        for watcher in topics.get_mut(topic).into_iter().flatten() {
            if watcher.watch == watch && watcher.inbox.id == inbox.id {
                watcher.scope = Some(scope.clone());
            }
        }
    }

    pub(crate) fn unwatch(&self, topic: &str, watch: u32, inbox: &Inbox) {
        let mut topics = self.0.shard(topic).write().unwrap_or_else(PoisonError::into_inner);
        if let Some(watchers) = topics.get_mut(topic) {
            watchers.retain(|watcher| watcher.watch != watch || watcher.inbox.id != inbox.id);
            if watchers.is_empty() {
                topics.remove(topic);
            }
        }
    }

    /// The beat it is: a coarse clock that counts from 1.
    pub(crate) fn beat(&self) -> u32 {
        self.0.beat.load(Relaxed)
    }
}

/// What the database calls. Holds the hub weakly, for the hub holds the database.
struct Ear(Weak<Inner>);

impl Sink for Ear {
    fn heard(&self, topic: &str) -> bool {
        self.0.upgrade().is_some_and(|inner| inner.heard_here(topic) || inner.carrier.is_some())
    }

    fn committed(&self, notes: Vec<Note>, grew: &[&'static str]) {
        if let Some(inner) = self.0.upgrade() {
            inner.told(&notes, grew);
        }
    }
}

impl Inner {
    /// Tells this node's watchers, then the other nodes.
    fn told(&self, notes: &[Note], grew: &[&str]) {
        let mut told = Vec::with_capacity(notes.len());
        if let Some(show) = self.on_notes.get() {
            notes.iter().for_each(show);
        }
        for note in notes {
            let watchers = self.shard(&note.topic).read().unwrap_or_else(PoisonError::into_inner);
            let here = watchers.get(note.topic.as_str());
            if here.is_none() && self.carrier.is_none() {
                continue;
            }
            if note.data.is_empty() {
                // Whoever came while the row changed may have fetched it too early.
                here.into_iter().flatten().for_each(|watcher| watcher.inbox.lose());
                continue;
            }
            let frame = Arc::new(Frame::of(note));
            if let Some(here) = here {
                self.push(here, &frame);
            }
            told.push((note.topic.as_str(), frame));
        }
        if !grew.is_empty()
            && let Some(wake) = self.on_facts.get()
        {
            wake(grew);
        }
        if self.carrier.is_some() && !(grew.is_empty() && told.is_empty()) {
            bus::bodies(&told, grew).iter().for_each(|body| self.publish(body));
        }
    }

    fn heard_here(&self, topic: &str) -> bool {
        self.shard(topic).read().unwrap_or_else(PoisonError::into_inner).contains_key(topic)
    }

    fn push(&self, watchers: &[Watcher], frame: &Arc<Frame>) {
        let kept = watchers.iter().filter(|watcher| watcher.hears(frame) && watcher.inbox.push(watcher.watch, frame));
        self.meters.delivered.increment(kept.count() as u64);
    }

    fn publish(&self, body: &Body<'_>) {
        if let Some(carrier) = &self.carrier {
            let mut parcel = bus::parcel(self.node, Some(body));
            let mut sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            *sent += 1;
            bus::number(&mut parcel, *sent);
            carrier.publish(parcel);
        }
    }

    /// A parcel came in from the bus.
    pub(crate) fn parcel(&self, parcel: &[u8]) {
        let Some((node, number, body)) = bus::open(parcel) else { return };
        if node == self.node {
            return;
        }
        let beat = self.beat.load(Relaxed);
        let gap = self.peers().hear(node, number, body.is_empty(), beat);
        if !body.is_empty() {
            match serde_json::from_slice::<Body<'_>>(body) {
                Ok(body) => self.heard(&body),
                // Nodes of two releases may meet for a while during an upgrade.
                Err(error) => {
                    tracing::warn!(%error, "a parcel cannot be read");
                    self.missed("unreadable");
                }
            }
        }
        if gap {
            self.missed("gap");
        }
    }

    fn heard(&self, body: &Body<'_>) {
        for note in &body.notes {
            let watchers = self.shard(&note.topic).read().unwrap_or_else(PoisonError::into_inner);
            if let Some(here) = watchers.get(note.topic.as_ref()) {
                self.push(here, &Arc::new(note.frame()));
            }
        }
        if let Some(actor) = &body.close {
            self.close(actor);
        }
        if !body.grew.is_empty()
            && let Some(wake) = self.on_facts.get()
        {
            wake(&body.grew.iter().map(AsRef::as_ref).collect::<Vec<_>>());
        }
    }

    /// Something of other nodes was lost: everybody reads again.
    pub(crate) fn missed(&self, why: &'static str) {
        tracing::debug!(why, "reading again what the bus may have lost");
        self.meters.bus_gaps.increment(1);
        self.connections().values().for_each(|inbox| inbox.lose());
        if let Some(wake) = self.on_facts.get() {
            wake(&[]);
        }
    }

    fn close(&self, actor: &UserId) {
        let connections = self.connections();
        let theirs = connections.values().filter(|inbox| inbox.actor.as_ref() == Some(actor));
        theirs.for_each(|inbox| inbox.close(Close::SessionEnded));
    }

    fn beat(&self) {
        let beat = self.beat.fetch_add(1, Relaxed) + 1;
        for inbox in self.connections().values() {
            if let Some(close) = inbox.inspect(beat, self.tuning.idle_beats, self.tuning.stuck_beats) {
                inbox.close(close);
            }
        }
        if let Some(carrier) = &self.carrier {
            let mut parcel = bus::parcel(self.node, None);
            let sent = self.sent.lock().unwrap_or_else(PoisonError::into_inner);
            bus::number(&mut parcel, *sent);
            carrier.publish(parcel);
            drop(sent);
            let silent = self.peers().forget_silent(beat, SILENCE);
            let blind = !carrier.ready() && beat.is_multiple_of(BLIND);
            if silent || blind {
                self.missed(if silent { "silence" } else { "blind" });
            }
        }
    }

    fn shard(&self, topic: &str) -> &RwLock<HashMap<Arc<str>, Vec<Watcher>>> {
        &self.topics[self.hasher.hash_one(topic) as usize % SHARDS]
    }

    fn connections(&self) -> MutexGuard<'_, HashMap<u64, Arc<Inbox>>> {
        self.connections.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn peers(&self) -> MutexGuard<'_, Peers> {
        self.peers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn beat(inner: Weak<Inner>, every: Duration) {
    let mut beats = tokio::time::interval(every);
    beats.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        beats.tick().await;
        match inner.upgrade() {
            Some(inner) => inner.beat(),
            None => return,
        }
    }
}
