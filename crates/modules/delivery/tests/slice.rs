//! What channels rely on that have their words carried.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use bytes::Bytes;
use channels::ChannelKind;
use delivery::{Carried, Carrier, DeliveryState, Incoming, IncomingFile, Limits, Parcel, Refused, api::Named};
use futures_util::future::BoxFuture;
use http::App;
use kernel::{Actor, ChannelId, Owned};
use serde_json::{Value, json};
use store::Tx;
use testkit::{Person, TestApp, TestDb, on_both};

const HOURS: i64 = 3_600_000;

/// The other side: takes what is said, unless it was told to answer otherwise.
#[derive(Clone, Default)]
struct Elsewhere {
    heard: Arc<Mutex<Vec<(String, String)>>>,
    answers: Arc<Mutex<VecDeque<Result<Carried, Refused>>>>,
    under_way: Arc<AtomicUsize>,
}

impl Elsewhere {
    fn answers(&self, answer: Result<Carried, Refused>, times: usize) {
        self.answers.lock().unwrap().extend(std::iter::repeat_n(answer, times));
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().iter().map(|(_, text)| text.clone()).collect()
    }
}

impl Carrier for Elsewhere {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Open
    }

    fn carry<'a>(&'a self, _app: &'a App, parcel: &'a Parcel) -> BoxFuture<'a, Result<Carried, Refused>> {
        Box::pin(async move {
            assert_eq!(self.under_way.fetch_add(1, Ordering::SeqCst), 0, "one at a time");
            for _ in 0..20 {
                tokio::task::yield_now().await;
            }
            self.heard.lock().unwrap().push((parcel.recipient.clone(), parcel.message.text.clone()));
            self.under_way.fetch_sub(1, Ordering::SeqCst);
            let told = self.answers.lock().unwrap().pop_front();
            told.unwrap_or(Ok(Carried { external_id: Some(format!("x-{}", parcel.message.seq)), delivered: false }))
        })
    }

    fn limits(&self, tx: &mut Tx<'_>, conversation: &conversations::Conversation) -> kernel::Result<Limits> {
        let sent = delivery::api::since_heard(tx, conversation.id)?.map_or(0, |(_, sent)| sent);
        Ok(Limits { left: Some(5 - sent), ..Limits::default() })
    }
}

fn modules(elsewhere: &Elsewhere) -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        delivery::module(vec![Box::new(elsewhere.clone())]),
    ]
}

struct Stage {
    app: TestApp,
    admin: Person,
    channel: ChannelId,
    elsewhere: Elsewhere,
}

impl Stage {
    async fn set(db: TestDb) -> Self {
        let elsewhere = Elsewhere::default();
        let app = TestApp::start(db, modules(&elsewhere)).await;
        let admin = app.person("administrator").await;
        let open = |tx: &mut Tx<'_>| {
            let permit = Actor::System("test").permit("channels.manage", &Owned::NOBODY, tx.now())?;
            channels::api::open(tx, &permit, ChannelKind::Open, "小程序")
        };
        let channel = app.app.db().write(&app.system(), open).await.unwrap().id;
        Self { app, admin, channel, elsewhere }
    }

    /// The customer says something; answers the conversation.
    async fn hear(&self, user: &str, id: &str, text: &str) -> String {
        let incoming = Incoming::text(self.channel, user, id, text);
        delivery::api::receive(&self.app.app, incoming).await.unwrap().conversation_id.to_string()
    }

    async fn say(&self, conversation: &str, text: &str) -> Value {
        let body = json!({"client_id": hex(text), "text": text});
        self.admin.post(&format!("/conversations/{conversation}/messages"), body).await.ok()
    }

    /// What became of what was said, the first first.
    async fn deliveries(&self, conversation: &str) -> Vec<Value> {
        let found = self.admin.get(&format!("/conversations/{conversation}/deliveries")).await.ok();
        found["deliveries"].as_array().unwrap().iter().rev().cloned().collect()
    }

    async fn states(&self, conversation: &str) -> Vec<String> {
        let found = self.deliveries(conversation).await;
        found.iter().map(|one| one["state"].as_str().unwrap().to_owned()).collect()
    }

    async fn transcript(&self, conversation: &str) -> Vec<Value> {
        let found = self.admin.get(&format!("/conversations/{conversation}/messages")).await.ok();
        found["items"].as_array().unwrap().clone()
    }

    async fn progress(&self, named: &'static str, state: DeliveryState) -> kernel::Result<DeliveryState> {
        let channel = self.channel;
        let note = move |tx: &mut Tx<'_>| {
            delivery::api::progress(tx, channel, Named::Theirs(named), state, None).map(|now| now.state)
        };
        self.app.app.db().write(&self.app.system(), note).await
    }
}

fn hex(text: &str) -> String {
    kernel::hex(&text.as_bytes()[..text.len().min(30)])
}

fn texts(messages: &[Value]) -> Vec<&str> {
    messages.iter().filter(|one| one["kind"] == "text").map(|one| one["text"].as_str().unwrap()).collect()
}

on_both! { http::schema(&modules(&Elsewhere::default()));

async fn what_comes_is_kept_once_and_what_is_said_goes_out_in_order(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.hear("u1", "m1", "订单到哪了").await;
    assert_eq!(stage.hear("u1", "m1", "订单到哪了").await, id);
    assert_eq!(stage.hear("u1", "m2", "在吗").await, id);
    assert_ne!(stage.hear("u2", "m3", "你好").await, id);
    assert_eq!(texts(&stage.transcript(&id).await), ["订单到哪了", "在吗"]);

    let words: Vec<_> = (0..12).map(|at| format!("第{at}句")).collect();
    for text in &words {
        stage.say(&id, text).await;
    }
    stage.app.settle().await;
    assert_eq!(stage.elsewhere.heard(), words);
    assert!(stage.elsewhere.heard.lock().unwrap().iter().all(|(to, _)| to == "u1"));
    assert!(stage.states(&id).await.iter().all(|state| state == "sent"));

    // A note is for colleagues.
    stage.admin.post(&format!("/conversations/{id}/messages"), json!({"client_id": "n", "text": "VIP", "kind": "note"})).await.ok();
    // Another customer is not held up, and what is over begins anew.
    stage.admin.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
    assert_eq!(stage.hear("u1", "m2", "在吗").await, id);
    assert_ne!(stage.hear("u1", "m4", "还有一个问题").await, id);
    stage.app.settle().await;
    assert_eq!(stage.elsewhere.heard().len(), words.len());
    stage.app.finish().await;
}

async fn what_is_not_taken_holds_up_what_follows_and_is_tried_again(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.hear("u1", "m1", "在吗").await;
    stage.elsewhere.answers(Err(Refused::later("http_500", "oops")), 2);
    stage.say(&id, "一").await;
    stage.app.settle().await;
    stage.say(&id, "二").await;
    stage.app.settle().await;
    // More to say is no reason to hurry.
    assert_eq!(stage.elsewhere.heard(), ["一"]);
    let found = stage.deliveries(&id).await;
    assert_eq!((&found[0]["state"], &found[0]["why_code"], &found[0]["why"]), (&json!("waiting"), &json!("http_500"), &json!("oops")));
    assert_eq!((&found[1]["state"], &found[1]["attempts"]), (&json!("waiting"), &json!(0)));
    for _ in 0..2 {
        stage.app.db.clock.advance(2 * HOURS);
        stage.app.settle().await;
    }
    assert_eq!(stage.elsewhere.heard(), ["一", "一", "一", "二"]);
    assert_eq!(stage.states(&id).await, ["sent", "sent"]);
    stage.app.finish().await;
}

async fn what_was_given_up_says_so_and_a_person_sends_it_again(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.hear("u1", "m1", "在吗").await;
    stage.elsewhere.answers(Err(Refused::later("timeout", "")), 8);
    stage.elsewhere.answers(Err(Refused::never("refused", "blocked")), 1);
    for text in ["一", "二", "三"] {
        stage.say(&id, text).await;
    }
    for _ in 0..8 {
        stage.app.settle().await;
        stage.app.db.clock.advance(2 * HOURS);
    }
    stage.app.settle().await;
    assert_eq!(stage.states(&id).await, ["failed", "failed", "sent"]);
    let happened: Vec<_> = stage.transcript(&id).await.into_iter().filter(|one| one["data"]["event"] == "delivery_failed").collect();
    assert_eq!(happened.iter().map(|one| one["text"].as_str().unwrap()).collect::<Vec<_>>(), ["timeout", "blocked"]);

    let found = stage.deliveries(&id).await;
    let path = format!("/deliveries/{}/retry", found[0]["id"].as_str().unwrap());
    stage.app.anonymous().post(&path, json!({})).await.refused(401, "unauthenticated");
    stage.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": stage.admin.id()})).await.ok();
    let other = stage.app.person("agent").await;
    other.post(&path, json!({})).await.refused(404, "not_found");
    other.get(&format!("/conversations/{id}/deliveries")).await.refused(404, "not_found");
    assert_eq!(stage.admin.post(&path, json!({})).await.ok()["state"], "waiting");
    stage.app.settle().await;
    assert_eq!(stage.states(&id).await, ["sent", "failed", "sent"]);
    stage.admin.post(&path, json!({})).await.refused(409, "delivery.not_failed");
    let trail = stage.admin.get("/audit-entries").await.ok().to_string();
    assert!(trail.contains("delivery.failed") && trail.contains("delivery.retried") && !trail.contains("blocked"), "{trail}");
    stage.app.finish().await;
}

async fn receipts_lead_forward_and_name_only_what_the_channel_carried(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.hear("u1", "m1", "在吗").await;
    let limits = async || stage.admin.get(&format!("/conversations/{id}/deliveries")).await.ok()["limits"].clone();
    assert_eq!(limits().await["left"], 5);
    let seq = stage.say(&id, "在").await["seq"].as_i64().unwrap();
    stage.app.settle().await;
    assert_eq!(limits().await["left"], 4);
    let name: &'static str = format!("x-{seq}").leak();
    for (told, stands) in [
        (DeliveryState::Read, DeliveryState::Read),
        (DeliveryState::Delivered, DeliveryState::Read),
        (DeliveryState::Failed, DeliveryState::Read),
    ] {
        assert_eq!(stage.progress(name, told).await.unwrap(), stands);
    }
    assert!(matches!(stage.progress("x-999", DeliveryState::Read).await, Err(kernel::Error::NotFound)));
    assert_eq!(stage.states(&id).await, ["read"]);

    // Taken, and lost on the way all the same.
    let seq = stage.say(&id, "还在").await["seq"].as_i64().unwrap();
    stage.app.settle().await;
    stage.progress(format!("x-{seq}").leak(), DeliveryState::Failed).await.unwrap();
    assert_eq!(stage.states(&id).await, ["read", "failed"]);
    stage.app.db.clock.advance(1);
    stage.hear("u1", "m2", "收到").await;
    assert_eq!(limits().await["left"], 5);
    stage.app.finish().await;
}

async fn files_that_are_not_taken_are_named_and_the_rest_is_kept(db: TestDb) {
    let stage = Stage::set(db).await;
    let bytes = |name: &str, text: &'static str| IncomingFile::Bytes(name.into(), Bytes::from_static(text.as_bytes()));
    let incoming = || Incoming {
        files: vec![
            bytes("a.txt", "订单号 12345"),
            bytes("b.html", "<!doctype html><script>alert(1)</script>"),
            IncomingFile::Missing("c.mp4".into(), "too_large".into()),
        ],
        ..Incoming::text(stage.channel, "u1", "m1", "")
    };
    let arrived = delivery::api::receive(&stage.app.app, incoming()).await.unwrap();
    assert_eq!(arrived.dropped.iter().map(|one| one.why.as_str()).collect::<Vec<_>>(), ["type_refused", "too_large"]);
    assert!(delivery::api::receive(&stage.app.app, incoming()).await.unwrap().repeated);
    let told = stage.transcript(&arrived.conversation_id.to_string()).await;
    let kinds: Vec<_> = told.iter().filter(|one| one["data"]["event"] != "opened").map(|one| one["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["file", "event"]);
    assert_eq!(told.last().unwrap()["text"], "b.html, c.mp4");
    stage.app.finish().await;
}

async fn what_cannot_be_taken_names_its_field(db: TestDb) {
    let stage = Stage::set(db).await;
    let long = "长".repeat(151);
    for (user, id, text, field) in [
        ("", "m", "x", "user"),
        (long.as_str(), "m", "x", "user"),
        ("u\n1", "m", "x", "user"),
        ("u", "", "x", "id"),
        ("u", "m", " ", "text"),
        ("u", "m", "长".repeat(20_000).as_str(), "text"),
    ] {
        let refused = delivery::api::receive(&stage.app.app, Incoming::text(stage.channel, user, id, text)).await;
        let Err(kernel::Error::Invalid(bad)) = refused else { panic!("{user:?} {id:?}: {refused:?}") };
        assert!(bad.iter().any(|bad| bad.field == field), "{field} in {bad:?}");
    }
    assert_eq!(stage.admin.get("/conversations").await.ok()["items"], json!([]));
    stage.app.finish().await;
}

async fn whoever_was_merged_goes_on_and_whoever_was_erased_is_a_stranger(db: TestDb) {
    let stage = Stage::set(db).await;
    let id = stage.hear("u1", "m1", "在吗").await;
    let known = stage.admin.post("/customers", json!({"name": "韩女士"})).await.ok();
    let of = async |id: &str| stage.admin.get(&format!("/conversations/{id}")).await.ok()["customer_id"].as_str().unwrap().to_owned();
    let stranger = of(&id).await;
    stage.admin.post(&format!("/customers/{stranger}/merge"), json!({"into": known["id"]})).await.ok();
    assert_eq!(stage.hear("u1", "m2", "还在吗").await, id);
    stage.say(&id, "在").await;
    stage.app.settle().await;
    assert_eq!(stage.elsewhere.heard(), ["在"]);

    let path = format!("/customers/{}/erasure", known["id"].as_str().unwrap());
    stage.admin.post(&path, json!({"reason": "客户要求"})).await.ok();
    stage.say(&id, "再见").await;
    stage.app.settle().await;
    assert_eq!(stage.elsewhere.heard(), ["在"]);
    assert_eq!(stage.deliveries(&id).await[1]["why_code"], "no_recipient");
    let next = stage.hear("u1", "m3", "你好").await;
    assert_ne!(next, id);
    assert_ne!(of(&next).await, stranger);
    stage.app.finish().await;
}
}
