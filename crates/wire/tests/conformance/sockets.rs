//! What a client may do, and what happens when it does more.

use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::json;
use store::own_migrations;
use testkit::TestDb;
use tokio_tungstenite::tungstenite::{Bytes, Message};
use wire::{Bus, Limits, ServerFrame, Tuning};

use crate::rig::{Manner, Node, post_large, tuning};

async fn node(manner: Manner) -> (Node, TestDb) {
    let db = TestDb::sqlite(own_migrations());
    (Node::alone(&db, manner).await, db)
}

async fn hurried(tuning: Tuning) -> (Node, TestDb) {
    let db = TestDb::sqlite(own_migrations());
    (Node::start(db.db.clone(), Bus::Local, Manner::default(), tuning).await, db)
}

fn error(code: &str, topic: Option<&str>) -> Result<ServerFrame, u16> {
    Ok(ServerFrame::Error { topic: topic.map(Into::into), code: code.into(), params: serde_json::Value::Null })
}

#[tokio::test]
async fn nonsense_is_refused_and_then_no_more_listened_to() {
    let (node, _db) = node(Manner::default()).await;
    let mut client = node.client().await;
    for wrong in ["", "{}", r#"{"t":"ping","x":1}"#, "[[[["] {
        client.stream.send(Message::text(wrong)).await.unwrap();
        assert_eq!(client.next().await, error("wire.malformed", None));
    }
    client.nothing().await;
    client.stream.send(Message::binary(vec![1, 2, 3])).await.unwrap();
    assert_eq!(client.next().await, error("wire.malformed", None));
    assert_eq!(client.next().await, Err(4400));
}

#[tokio::test]
async fn too_large_a_frame_closes() {
    let (node, _db) = node(Manner::default()).await;
    let mut client = node.client().await;
    client.stream.send(Message::text("x".repeat((64 << 10) + 1))).await.unwrap();
    assert!(matches!(client.next().await, Err(4400 | 1006)));
    let mut client = node.client().await;
    client.nothing().await;
}

#[tokio::test]
async fn a_topic_that_may_not_be_watched_and_one_too_many_are_refused() {
    let limits = Limits { topics: 2, ..Limits::default() };
    let (node, _db) = node(Manner { limits, ..Manner::default() }).await;
    let mut client = node.client().await;
    client.subscribe("secret:1", None).await;
    assert_eq!(client.next().await, error("not_found", Some("secret:1")));
    client.watch("count:1").await;
    client.watch("count:2").await;
    client.watch("count:1").await;
    client.subscribe("count:3", None).await;
    assert_eq!(client.next().await, error("wire.too_many_topics", Some("count:3")));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_keeps_its_order_and_every_answer_comes() {
    let limits = Limits { at_once: 16, frames_per_second: 200, ..Limits::default() };
    let manner = Manner { limits, ..Manner::default() };
    let (node, _db) = node(manner.clone()).await;
    let (mut tell, mut hear) = node.client().await.stream.split();
    let telling = tokio::spawn(async move {
        for n in 0..1_000 {
            tell.send(Message::text(json!({ "t": "say", "n": n }).to_string())).await.unwrap();
        }
        tell
    });
    let mut answered = Vec::new();
    while answered.len() < 1_000 {
        let Some(Ok(Message::Text(text))) = hear.next().await else { panic!("closed") };
        answered.push(serde_json::from_str::<serde_json::Value>(&text).unwrap()["n"].as_u64().unwrap());
    }
    drop(telling.await.unwrap());
    assert_eq!(*manner.said.lock().unwrap(), (0..1_000).collect::<Vec<_>>());
    answered.sort_unstable();
    assert_eq!(answered, (0..1_000).collect::<Vec<_>>());
}

#[tokio::test]
async fn a_session_that_has_ended_is_told_so() {
    let (node, _db) = node(Manner { ended: true, ..Manner::default() }).await;
    let mut client = node.client().await;
    assert_eq!(client.next().await, error("unauthenticated", None));
    assert_eq!(client.next().await, Err(4401));
}

#[tokio::test]
async fn silence_ends_a_connection_and_a_ping_keeps_it() {
    let beats = Tuning { beat: Duration::from_millis(40), idle_beats: 5, ..tuning() };
    let (node, _db) = hurried(beats).await;
    let (mut silent, mut alive) = (node.client().await, node.client().await);
    let silence = silent.next();
    tokio::pin!(silence);
    let mut pings = tokio::time::interval(beats.beat);
    let ended = loop {
        tokio::select! {
            ended = &mut silence => break ended,
            _ = pings.tick() => alive.nothing().await,
        }
    };
    assert_eq!(ended, Err(4408));
    alive.nothing().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_never_reads_is_let_go() {
    let (node, db) = hurried(Tuning { stuck_beats: 4, ..tuning() }).await;
    let mut client = node.client().await;
    client.watch("count:1").await;
    let mut posted = 0;
    while node.hub.connections() > 0 {
        if posted < 400 {
            post_large(&db.db, "count:1", 60_000).await;
            posted += 1;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    // It comes back and loses nothing.
    let mut again = node.client().await;
    again.subscribe("count:1", Some(0)).await;
    again.facts_to(posted).await;
}

#[tokio::test]
async fn a_server_that_stops_says_so_and_forgets_its_clients() {
    let (node, _db) = node(Manner::default()).await;
    let mut client = node.client().await;
    client.watch("count:1").await;
    node.hub.close_all();
    assert_eq!(client.next().await, Err(1001));
    while node.hub.connections() > 0 {
        tokio::task::yield_now().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_echo_sends_back_whatever_comes() {
    let (node, _db) = node(Manner::default()).await;
    let mut socket = node.socket("echo").await.stream;
    let large: Bytes = (0..12_u32 << 20).map(|n| (n % 251) as u8).collect::<Vec<_>>().into();
    for message in [Message::text(""), Message::text("客服 👋"), Message::binary(Vec::new()), Message::binary(large)]
    {
        socket.send(message.clone()).await.unwrap();
        assert!(socket.next().await.unwrap().unwrap() == message);
    }
    socket.send(Message::Ping(Bytes::from_static(b"here"))).await.unwrap();
    assert_eq!(socket.next().await.unwrap().unwrap(), Message::Pong(Bytes::from_static(b"here")));
    socket.close(None).await.unwrap();
    assert!(matches!(socket.next().await, Some(Ok(Message::Close(_)))));
    assert!(socket.next().await.is_none());
}
