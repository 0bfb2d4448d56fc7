//! On one node: each number once, in order, without gaps.

use kernel::{Id, Origin, Owned, Timestamp};
use serde_json::json;
use store::{Fact, own_migrations, params};
use testkit::on_both;
use wire::ServerFrame;

use crate::rig::{Manner, Node, PRUNE, post, post_large};

const TOPIC: &str = "count:1";

on_both! { own_migrations().to_vec();

async fn a_watcher_gets_the_state_and_every_fact_after_it(db: TestDb) {
    let node = Node::alone(&db, Manner::default()).await;
    for _ in 0..3 {
        post(&node.db, TOPIC).await;
    }
    let mut client = node.client().await;
    assert_eq!(client.watch(TOPIC).await, 3);
    let writers: Vec<_> = (0..4).map(|_| {
        let db = node.db.clone();
        tokio::spawn(async move { for _ in 0..25 { post(&db, TOPIC).await; } })
    }).collect();
    client.facts_to(103).await;
    for writer in writers {
        writer.await.unwrap();
    }
    client.nothing().await;
}

async fn what_is_committed_while_the_state_loads_is_not_lost(db: TestDb) {
    let manner = Manner { gate: std::sync::Arc::new(tokio::sync::Semaphore::new(0)), ..Manner::default() };
    let node = Node::alone(&db, manner.clone()).await;
    post(&node.db, TOPIC).await;
    let mut client = node.client().await;
    client.subscribe(TOPIC, None).await;
    client.nothing().await;
    for _ in 0..300 {
        post(&node.db, TOPIC).await;
    }
    manner.gate.add_permits(1);
    // The state is older than the facts that arrived while it loaded, and more came than are held.
    let Ok(ServerFrame::Snapshot { seq, .. }) = client.next().await else { panic!("no snapshot") };
    client.last = seq;
    client.facts_to(301).await;
    client.nothing().await;
}

async fn who_comes_back_gets_what_was_missed_and_nothing_twice(db: TestDb) {
    let node = Node::alone(&db, Manner::default()).await;
    for _ in 0..450 {
        post(&node.db, TOPIC).await;
    }
    let mut client = node.client().await;
    client.last = 20;
    client.subscribe(TOPIC, Some(20)).await;
    post(&node.db, TOPIC).await;
    client.facts_to(451).await;
    client.subscribe(TOPIC, Some(451)).await;
    post(&node.db, TOPIC).await;
    client.facts_to(452).await;
    client.nothing().await;
    // A number from the future: the database was restored from a copy.
    client.subscribe(TOPIC, Some(9_000)).await;
    assert!(matches!(client.next().await, Ok(ServerFrame::Snapshot { seq: 452, .. })));
}

async fn who_comes_back_too_late_gets_the_state(db: TestDb) {
    let node = Node::alone(&db, Manner::default()).await;
    for _ in 0..9 {
        post(&node.db, TOPIC).await;
    }
    node.db.write(&Origin::system("test"), |tx| tx.exec(&PRUNE, params![TOPIC, 6_i64])).await.unwrap();
    let mut client = node.client().await;
    client.subscribe(TOPIC, Some(2)).await;
    assert!(matches!(client.next().await, Ok(ServerFrame::Snapshot { seq: 9, .. })));
    client.last = 9;
    post(&node.db, TOPIC).await;
    client.facts_to(10).await;
}

async fn a_note_that_was_lost_is_read(db: TestDb) {
    let node = Node::alone(&db, Manner::default()).await;
    let mut client = node.client().await;
    client.watch(TOPIC).await;
    // Another way into the database, which tells nobody: as if the note had been lost.
    let silent = crate::rig::reopen(&db.target, &db.clock);
    for _ in 0..5 {
        post(&silent, TOPIC).await;
    }
    post(&node.db, TOPIC).await;
    client.facts_to(6).await;
    client.nothing().await;
}

async fn a_client_that_reads_slowly_gets_everything_in_the_end(db: TestDb) {
    let node = Node::alone(&db, Manner::default()).await;
    let mut client = node.client().await;
    client.watch(TOPIC).await;
    client.watch("list").await;
    client.last = 0;
    // More than the sockets' buffers and the queue hold.
    for _ in 0..400 {
        post_large(&node.db, TOPIC, 60_000).await;
        node.db.write(&Origin::system("test"), |tx| tx.notify("list", "thing.changed", &json!({ "version": 1 }), None)).await.unwrap();
    }
    let (mut resyncs, mut rows) = (0, 0);
    while client.last < 400 || resyncs == 0 {
        match client.next().await {
            Ok(ServerFrame::Fact { seq: 0, .. }) => rows += 1,
            Ok(ServerFrame::Fact { seq, .. }) => {
                assert_eq!(seq, client.last + 1);
                client.last = seq;
            }
            Ok(ServerFrame::Resync { topic }) => {
                assert_eq!(topic, "list");
                resyncs += 1;
            }
            other => panic!("{other:?}"),
        }
    }
    assert!(rows < 400);
    client.nothing().await;
}

async fn a_list_tells_only_whom_the_row_concerns(db: TestDb) {
    let now = Timestamp::from_millis(1);
    let (me, other) = (Id::new(now, db.db.rng()), Id::new(now, db.db.rng()));
    let node = Node::alone(&db, Manner { actor: Some(me), ..Manner::default() }).await;
    let mut client = node.client().await;
    assert_eq!(client.watch("list").await, 0);
    node.db.write(&db.system(), move |tx| {
        tx.notify("list", "thing.changed", &1, Some(Owned::by(other, None)))?;
        tx.notify("list", "thing.changed", &2, Some(Owned::by(me, None)))?;
        tx.notify("list", "thing.changed", &3, Some(Owned::NOBODY))?;
        tx.notify("list", "thing.changed", &4, None)
    }).await.unwrap();
    for row in [2, 4] {
        let Ok(ServerFrame::Fact { data, seq: 0, .. }) = client.next().await else { panic!("no row") };
        assert_eq!(data, row);
    }
    client.nothing().await;
}

async fn nothing_is_told_of_what_is_hidden_refused_or_no_longer_watched(db: TestDb) {
    let node = Node::alone(&db, Manner::default()).await;
    let mut client = node.client().await;
    client.watch(TOPIC).await;
    let refused = node.db.write(&db.system(), |tx| {
        tx.emit(Fact::new("counted", "thing", &1)?.on(TOPIC, 1));
        Err::<(), _>(kernel::Error::NotFound)
    }).await;
    assert!(refused.is_err());
    post(&node.db, TOPIC).await;
    client.facts_to(1).await;
    node.db.write(&db.system(), |tx| {
        tx.emit(Fact::new("hidden", "thing", &1)?.on(TOPIC, 2));
        tx.emit(Fact::new("counted", "thing", &1)?.on(TOPIC, 3));
        Ok(())
    }).await.unwrap();
    let next = client.next().await;
    assert!(matches!(next, Ok(ServerFrame::Fact { seq: 3, .. })), "{next:?}");
    client.say(json!({ "t": "unsubscribe", "topic": TOPIC })).await;
    client.nothing().await;
    node.db.write(&db.system(), |tx| {
        tx.emit(Fact::new("counted", "thing", &1)?.on(TOPIC, 4));
        Ok(())
    }).await.unwrap();
    client.nothing().await;
}

}
