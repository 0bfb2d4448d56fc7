//! Nodes that serve, clients that watch, a bus that misbehaves.

use std::{
    net::SocketAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    time::Duration,
};

use axum::{Router, extract::WebSocketUpgrade, routing::any};
use futures_util::{SinkExt, StreamExt};
use kernel::{Actor, Error, Origin, Reach, Result, Rng, Staff, UserId};
use serde::Deserialize;
use serde_json::{Value, json};
use store::{Db, Fact, Target, params, sql};
use testkit::TestDb;
use tokio::{net::TcpStream, sync::Semaphore, task::JoinHandle};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, tungstenite::Message};
use wire::{Action, Bus, Carrier, Hub, Inlet, Limits, Opened, ServerFrame, Session, Tuning};

sql! {
    COUNTER = "INSERT INTO cursors (listener, epoch, seq, at) VALUES ($1, 0, 0, 0) ON CONFLICT DO NOTHING";
    RAISE = "UPDATE cursors SET seq = seq + 1 WHERE listener = $1";
    NUMBER = "SELECT seq FROM cursors WHERE listener = $1";
    LAST = "SELECT CAST(COALESCE(MAX(topic_seq), 0) AS BIGINT) FROM facts WHERE topic = $1";
    pub(crate) PRUNE = "DELETE FROM facts WHERE topic = $1 AND topic_seq <= $2";
}

/// The length of a parcel without a body.
const HEAD: usize = 24;

/// Everything a test waits for comes within this time.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// A hurried hub: beats of 50 ms, a short queue.
pub(crate) fn tuning() -> Tuning {
    Tuning { beat: Duration::from_millis(50), queue: 64, idle_beats: 2_000, stuck_beats: 1_000, ..Tuning::default() }
}

/// What a test's session does apart from watching.
#[derive(Clone)]
pub(crate) struct Manner {
    pub actor: Option<UserId>,
    pub limits: Limits,
    /// Passed after the state is loaded and before it is answered.
    pub gate: Arc<Semaphore>,
    /// What was said, in the order it was handed over.
    pub said: Arc<Mutex<Vec<u32>>>,
    pub ended: bool,
}

impl Default for Manner {
    fn default() -> Self {
        let gate = Arc::new(Semaphore::new(Semaphore::MAX_PERMITS));
        Self { actor: None, limits: Limits::default(), gate, said: Arc::default(), ended: false }
    }
}

#[derive(Deserialize)]
#[serde(tag = "t", rename_all = "snake_case", deny_unknown_fields)]
pub(crate) enum Frame {
    Subscribe { topic: String, since: Option<i64> },
    Unsubscribe { topic: String },
    Say { n: u32 },
    Ping {},
}

struct Client {
    db: Db,
    manner: Manner,
}

impl Session for Client {
    type Frame = Frame;

    fn actor(&self) -> Option<UserId> {
        self.manner.actor
    }

    fn limits(&self) -> Limits {
        self.manner.limits
    }

    async fn begin(&self) -> Result<Option<wire::Utf8Bytes>> {
        if self.manner.ended { Err(Error::Unauthenticated) } else { Ok(None) }
    }

    async fn open(&self, topic: &str, since: Option<i64>) -> Result<Opened> {
        if topic == "list" {
            let scope = self.manner.actor.map(|actor| Arc::new(staff(actor).scope("things.read").unwrap()));
            return Ok(Opened::list(scope));
        }
        if !topic.starts_with("count:") {
            return Err(Error::NotFound);
        }
        let last = last(&self.db, topic).await?;
        self.manner.gate.acquire().await.unwrap().forget();
        match since {
            Some(since) if since <= last => Ok(Opened::since(since)),
            _ => Ok(Opened::state(last, wire::snapshot(topic, last, &json!({ "count": last }))?)),
        }
    }

    async fn handle(&self, frame: Frame) -> Result<Action> {
        Ok(match frame {
            Frame::Subscribe { topic, since } => Action::Watch { topic, since },
            Frame::Unsubscribe { topic } => Action::Unwatch { topic },
            Frame::Ping {} => Action::Pong,
            Frame::Say { n } => {
                self.manner.said.lock().unwrap().push(n);
                tokio::time::sleep(Duration::from_millis(u64::from(n * 7 % 5))).await;
                Action::Say(json!({ "t": "said", "n": n }).to_string().into())
            }
        })
    }

    fn sees(&self, kind: &str) -> bool {
        kind != "hidden"
    }
}

/// Somebody who may read their own things.
pub(crate) fn staff(id: UserId) -> Actor {
    let grants = [("things.read".to_owned(), Reach::Own)].into();
    Actor::Staff(Arc::new(Staff { id, name: "苏禾".into(), unit: None, team: vec![], department: vec![], grants }))
}

async fn last(db: &Db, topic: &str) -> Result<i64> {
    let topic = topic.to_owned();
    let (last,) = db.read(&Origin::system("test"), move |tx| tx.one::<(i64,)>(&LAST, params![topic])).await?;
    Ok(last)
}

/// Commits the next fact of `topic`.
pub(crate) async fn post(db: &Db, topic: &str) -> i64 {
    post_large(db, topic, 0).await
}

/// As [`post`], with so many bytes in it.
pub(crate) async fn post_large(db: &Db, topic: &str, size: usize) -> i64 {
    let (topic, origin) = (topic.to_owned(), Origin::system("test"));
    // The counter's row is locked until the commit, as a conversation's is.
    let written = db.append(&origin, move |tx| {
        tx.exec(&COUNTER, params![topic])?;
        tx.exec(&RAISE, params![topic])?;
        let (seq,) = tx.one::<(i64,)>(&NUMBER, params![topic])?;
        tx.emit(Fact::new("counted", "thing", &json!({ "pad": "x".repeat(size) }))?.on(topic.clone(), seq));
        Ok(seq)
    });
    written.await.unwrap()
}

/// One process of the product, as far as wire is concerned.
pub(crate) struct Node {
    pub hub: Hub,
    pub db: Db,
    address: SocketAddr,
    server: JoinHandle<()>,
}

impl Node {
    pub(crate) async fn start(db: Db, bus: Bus, manner: Manner, tuning: Tuning) -> Self {
        let hub = Hub::tuned(&db, bus, tuning);
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (served, data) = (hub.clone(), db.clone());
        let socket = move |upgrade: WebSocketUpgrade| {
            let session = Client { db: data.clone(), manner: manner.clone() };
            let hub = served.clone();
            async move { wire::accept(upgrade, hub, session) }
        };
        let app = Router::new().route("/ws", any(socket)).route("/echo", any(|up| async { wire::echo(up) }));
        let server = tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        Self { hub, db, address, server }
    }

    /// One node on its own.
    pub(crate) async fn alone(db: &TestDb, manner: Manner) -> Self {
        Self::start(db.db.clone(), Bus::Local, manner, tuning()).await
    }

    pub(crate) async fn client(&self) -> Socket {
        self.socket("ws").await
    }

    pub(crate) async fn socket(&self, path: &str) -> Socket {
        let (stream, _) = tokio_tungstenite::connect_async(format!("ws://{}/{path}", self.address)).await.unwrap();
        Socket { stream, last: 0 }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// A second way into the same database, as another process has.
pub(crate) fn reopen(target: &Target, clock: &kernel::Clock) -> Db {
    let open = || Db::open(target, clock.clone(), Rng::system()).unwrap();
    std::thread::scope(|scope| scope.spawn(open).join().unwrap())
}

/// A client.
pub(crate) struct Socket {
    pub stream: WebSocketStream<MaybeTlsStream<TcpStream>>,
    /// The number of the last fact seen.
    pub last: i64,
}

impl Socket {
    pub(crate) async fn say(&mut self, frame: Value) {
        self.stream.send(Message::text(frame.to_string())).await.unwrap();
    }

    pub(crate) async fn subscribe(&mut self, topic: &str, since: Option<i64>) {
        self.say(json!({ "t": "subscribe", "topic": topic, "since": since })).await;
    }

    /// Subscribes and takes the snapshot.
    pub(crate) async fn watch(&mut self, topic: &str) -> i64 {
        self.subscribe(topic, None).await;
        match self.next().await {
            Ok(ServerFrame::Snapshot { seq, .. }) => {
                self.last = seq;
                seq
            }
            other => panic!("no snapshot but {other:?}"),
        }
    }

    /// The next frame, or the close code.
    pub(crate) async fn next(&mut self) -> Result<ServerFrame, u16> {
        self.text().await.map(|text| serde_json::from_str(&text).unwrap_or_else(|_| panic!("no frame: {text}")))
    }

    pub(crate) async fn text(&mut self) -> Result<String, u16> {
        loop {
            match tokio::time::timeout(PATIENCE, self.stream.next()).await.expect("something comes") {
                Some(Ok(Message::Text(text))) => return Ok(text.as_str().to_owned()),
                Some(Ok(Message::Close(frame))) => return Err(frame.map_or(1005, |frame| frame.code.into())),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(1006),
            }
        }
    }

    /// Takes facts until number `to`, each of which must be the one after the last.
    pub(crate) async fn facts_to(&mut self, to: i64) {
        while self.last < to {
            match self.next().await {
                Ok(ServerFrame::Fact { seq, .. }) => {
                    assert_eq!(seq, self.last + 1);
                    self.last = seq;
                }
                other => panic!("no fact after {} but {other:?}", self.last),
            }
        }
    }

    /// Nothing is on its way: what comes next is the answer to a ping.
    pub(crate) async fn nothing(&mut self) {
        self.say(json!({ "t": "ping" })).await;
        let next = self.next().await;
        assert!(matches!(next, Ok(ServerFrame::Pong { .. })), "{next:?}");
    }
}

/// A bus within the process that loses, repeats and delays what it carries.
pub(crate) struct Unreliable {
    rng: Rng,
    only_beats: AtomicBool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    inlets: Vec<Inlet>,
    late: Vec<(usize, Vec<u8>)>,
}

impl Unreliable {
    pub(crate) fn new(seed: u64) -> Arc<Self> {
        Arc::new(Self { rng: Rng::seeded(seed), only_beats: AtomicBool::new(false), state: Mutex::default() })
    }

    /// A node's end of it.
    pub(crate) fn end(self: &Arc<Self>) -> Bus {
        Bus::Through(self.clone())
    }

    /// From now on only parcels without a body go through, and those always.
    pub(crate) fn lose_all_but_beats(&self) {
        self.only_beats.store(true, SeqCst);
    }
}

impl Carrier for Unreliable {
    fn connect(&self, inlet: Inlet) {
        self.state.lock().unwrap().inlets.push(inlet);
    }

    fn publish(&self, parcel: Vec<u8>) {
        let due = {
            let mut state = self.state.lock().unwrap();
            let mut due = Vec::new();
            let only_beats = self.only_beats.load(SeqCst);
            for at in 0..state.inlets.len() {
                match self.rng.below(10) {
                    _ if only_beats && parcel.len() > HEAD => {}
                    _ if only_beats => due.push((at, parcel.clone())),
                    0 | 1 => {}
                    2 | 3 => due.extend([(at, parcel.clone()), (at, parcel.clone())]),
                    4 | 5 => state.late.push((at, parcel.clone())),
                    _ => due.push((at, parcel.clone())),
                }
            }
            if self.rng.below(3) == 0 {
                due.append(&mut state.late);
            }
            due.into_iter().map(|(at, parcel)| (state.inlets[at].clone(), parcel)).collect::<Vec<_>>()
        };
        for (inlet, parcel) in due {
            inlet.parcel(&parcel);
        }
    }

    fn ready(&self) -> bool {
        true
    }
}
