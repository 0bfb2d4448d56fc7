//! Between nodes: the same promises, whatever the bus does.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use kernel::{Id, Origin, Timestamp};
use store::{Note, own_migrations};
use testkit::{TestDb, on_both, service};
use tokio::{io::copy_bidirectional, net::TcpListener, task::JoinSet};
use wire::{Bus, ServerFrame};

use crate::rig::{Manner, Node, PATIENCE, Unreliable, post, reopen, tuning};

const TOPIC: &str = "count:1";

/// Two nodes on one database, each with its end of the bus.
async fn pair(db: &TestDb, ends: [Bus; 2], manner: Manner) -> [Node; 2] {
    let [first, second] = ends;
    let other = reopen(&db.target, &db.clock);
    let here = Node::start(db.db.clone(), first, manner.clone(), tuning()).await;
    [here, Node::start(other, second, manner, tuning()).await]
}

/// Buses of every kind; each test has a space of its own.
fn buses(space: &str) -> Vec<[Bus; 2]> {
    let unreliable = Unreliable::new(11);
    let mut buses = vec![[unreliable.end(), unreliable.end()]];
    if let Some(url) = service("ZHIKE_TEST_NATS") {
        let end = || Bus::Nats { url: url.clone(), space: format!("{space}-{}", std::process::id()) };
        buses.push([end(), end()]);
    }
    buses
}

async fn until(what: &str, truth: impl Fn() -> bool) {
    let waiting = async {
        while !truth() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waiting).await.unwrap_or_else(|_| panic!("never {what}"));
}

on_both! { own_migrations().to_vec();

async fn watchers_of_both_nodes_see_the_same(db: TestDb) {
    let space = format!("same-{:?}", db.db.dialect());
    for (round, ends) in buses(&space).into_iter().enumerate() {
        let nodes = pair(&db, ends, Manner::default()).await;
        for node in &nodes {
            until("ready", || node.hub.ready()).await;
        }
        let topic = format!("count:{round}");
        let (mut here, mut there) = (nodes[0].client().await, nodes[1].client().await);
        here.watch(&topic).await;
        there.watch(&topic).await;
        for _ in 0..60 {
            post(&nodes[0].db, &topic).await;
            post(&nodes[1].db, &topic).await;
        }
        here.facts_to(120).await;
        there.facts_to(120).await;
        here.nothing().await;
        there.nothing().await;
    }
}

async fn a_persons_connections_close_everywhere(db: TestDb) {
    let now = Timestamp::from_millis(1);
    let (me, other) = (Id::new(now, db.db.rng()), Id::new(now, db.db.rng()));
    let Some(ends) = buses(&format!("close-{:?}", db.db.dialect())).pop() else { return };
    let nodes = pair(&db, ends, Manner { actor: Some(me), ..Manner::default() }).await;
    for node in &nodes {
        until("ready", || node.hub.ready()).await;
    }
    let (mut here, mut there) = (nodes[0].client().await, nodes[1].client().await);
    here.nothing().await;
    there.nothing().await;
    nodes[0].hub.close_actor(&other);
    here.nothing().await;
    there.nothing().await;
    // NATS may only just have taken the other's subscription.
    until("closed", || { nodes[0].hub.close_actor(&me); nodes[1].hub.connections() == 0 }).await;
    assert_eq!((here.next().await, there.next().await), (Err(4401), Err(4401)));
    until("closed here", || nodes[0].hub.connections() == 0).await;
}

async fn installations_that_share_a_server_do_not_hear_each_other(db: TestDb) {
    let Some(url) = service("ZHIKE_TEST_NATS") else { return };
    let end = |name: &str| Bus::Nats { url: url.clone(), space: format!("{name}-{:?}-{}", db.db.dialect(), std::process::id()) };
    let nodes = pair(&db, [end("shop"), end("shop-2")], Manner::default()).await;
    for node in &nodes {
        until("ready", || node.hub.ready()).await;
    }
    let (mut here, mut there) = (nodes[0].client().await, nodes[1].client().await);
    here.watch(TOPIC).await;
    there.watch(TOPIC).await;
    let typing = Note { topic: TOPIC.into(), seq: 0, kind: "typing".into(), at: Timestamp::from_millis(1), data: "{}".into(), audience: None };
    for _ in 0..20 {
        nodes[0].hub.tell(typing.clone());
        here.next().await.unwrap();
    }
    there.nothing().await;
}

async fn facts_and_passing_notes_wake_the_other_node(db: TestDb) {
    let Some(ends) = buses(&format!("wake-{:?}", db.db.dialect())).pop() else { return };
    let nodes = pair(&db, ends, Manner::default()).await;
    let woken = Arc::new([const { Mutex::new(Vec::<String>::new()) }; 2]);
    for (at, node) in nodes.iter().enumerate() {
        let woken = woken.clone();
        node.hub.on_facts(Box::new(move |kinds| woken[at].lock().unwrap().extend(kinds.iter().map(|kind| (*kind).to_owned()))));
        until("ready", || node.hub.ready()).await;
    }
    let mut there = nodes[1].client().await;
    there.watch(TOPIC).await;
    let typing = Note { topic: TOPIC.into(), seq: 0, kind: "typing".into(), at: Timestamp::from_millis(1), data: "{}".into(), audience: None };
    let mut telling = tokio::time::interval(Duration::from_millis(20));
    let told = loop {
        tokio::select! {
            _ = telling.tick() => nodes[0].hub.tell(typing.clone()),
            told = there.next() => break told,
        }
    };
    assert!(matches!(told, Ok(ServerFrame::Fact { seq: 0, ref kind, .. }) if kind == "typing"), "{told:?}");
    post(&nodes[0].db, "count:2").await;
    nodes[0].db.write(&Origin::system("test"), |tx| { tx.signal("due"); Ok(()) }).await.unwrap();
    let has = |at: usize, kind: &str| woken[at].lock().unwrap().iter().any(|woken| woken == kind);
    for at in [0, 1] {
        until("woken", || has(at, "counted") && has(at, "due")).await;
    }
}

async fn the_last_parcel_lost_is_noticed_at_the_next_beat(db: TestDb) {
    let unreliable = Unreliable::new(7);
    let nodes = pair(&db, [unreliable.end(), unreliable.end()], Manner::default()).await;
    let mut there = nodes[1].client().await;
    there.watch(TOPIC).await;
    unreliable.lose_all_but_beats();
    for n in 1..=3 {
        post(&nodes[0].db, TOPIC).await;
        there.facts_to(n).await;
    }
}

async fn what_a_dead_node_could_not_tell_is_read(db: TestDb) {
    let unreliable = Unreliable::new(5);
    let [dying, living] = pair(&db, [unreliable.end(), unreliable.end()], Manner::default()).await;
    let mut client = living.client().await;
    client.watch(TOPIC).await;
    post(&dying.db, TOPIC).await;
    client.facts_to(1).await;
    // It commits once more and dies before it tells; afterwards nobody writes.
    let mute = reopen(&db.target, &db.clock);
    drop(dying);
    post(&mute, TOPIC).await;
    client.facts_to(2).await;
}

async fn a_cut_bus_holds_nobody_up_and_loses_nothing(db: TestDb) {
    let Some(url) = service("ZHIKE_TEST_NATS") else { return };
    let proxy = Proxy::start(url.trim_start_matches("nats://").to_owned()).await;
    let space = format!("cut-{:?}-{}", db.db.dialect(), std::process::id());
    let far = Bus::Nats { url: format!("nats://{}", proxy.address), space: space.clone() };
    let nodes = pair(&db, [Bus::Nats { url, space }, far], Manner::default()).await;
    for node in &nodes {
        until("ready", || node.hub.ready()).await;
    }
    let (mut here, mut there) = (nodes[0].client().await, nodes[1].client().await);
    here.watch(TOPIC).await;
    there.watch(TOPIC).await;
    post(&nodes[0].db, TOPIC).await;
    there.facts_to(1).await;
    proxy.cut();
    until("not ready", || !nodes[1].hub.ready()).await;
    // Its own commits reach its own watchers at once, those of the others within some beats.
    post(&nodes[1].db, TOPIC).await;
    there.facts_to(2).await;
    post(&nodes[0].db, TOPIC).await;
    there.facts_to(3).await;
    here.facts_to(3).await;
    post(&nodes[0].db, TOPIC).await;
    there.facts_to(4).await;
    proxy.mend();
    until("ready again", || nodes[1].hub.ready()).await;
    for _ in 0..20 {
        post(&nodes[0].db, TOPIC).await;
        post(&nodes[1].db, TOPIC).await;
    }
    here.facts_to(44).await;
    there.facts_to(44).await;
}

}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bus_that_was_never_there_holds_nobody_up() {
    let db = TestDb::sqlite(own_migrations());
    let node = Node::start(db.db.clone(), Bus::nats("nats://127.0.0.1:1"), Manner::default(), tuning()).await;
    let mut client = node.client().await;
    client.watch(TOPIC).await;
    for _ in 0..50 {
        post(&node.db, TOPIC).await;
    }
    client.facts_to(50).await;
    assert!(!node.hub.ready());
}

/// A stretch of network that can be cut.
struct Proxy {
    address: std::net::SocketAddr,
    open: Arc<tokio::sync::watch::Sender<bool>>,
}

impl Proxy {
    async fn start(target: String) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let open = Arc::new(tokio::sync::watch::Sender::new(true));
        let state = open.clone();
        tokio::spawn(async move {
            let mut through = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let (target, mut open) = (target.clone(), state.subscribe());
                through.spawn(async move {
                    if !*open.borrow() {
                        return;
                    }
                    let mut far = tokio::net::TcpStream::connect(&target).await.unwrap();
                    tokio::select! {
                        _ = copy_bidirectional(&mut near, &mut far) => {}
                        _ = open.wait_for(|open| !open) => {}
                    }
                });
            }
        });
        Self { address, open }
    }

    fn cut(&self) {
        self.open.send_replace(false);
    }

    fn mend(&self) {
        self.open.send_replace(true);
    }
}
