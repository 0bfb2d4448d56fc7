//! What people rely on when something goes wrong for many customers at once.

use std::sync::{Arc, Mutex};

use channels::ChannelKind;
use delivery::{Carried, Carrier, Incoming, Limits, Parcel, Refused};
use futures_util::future::BoxFuture;
use http::App;
use kernel::{Actor, ChannelId, Owned};
use serde_json::{Value, json};
use store::Tx;
use testkit::{Person, TestApp, TestDb, on_both};

/// The other side of a channel: takes what is said, but for those whose window is closed, or who blocked us.
#[derive(Clone)]
struct Elsewhere {
    kind: ChannelKind,
    heard: Arc<Mutex<Vec<(String, String)>>>,
}

impl Elsewhere {
    fn of(kind: ChannelKind) -> Self {
        Self { kind, heard: Arc::default() }
    }

    fn heard(&self) -> Vec<(String, String)> {
        let mut heard = self.heard.lock().unwrap().clone();
        heard.sort();
        heard
    }
}

impl Carrier for Elsewhere {
    fn kind(&self) -> ChannelKind {
        self.kind
    }

    fn carry<'a>(&'a self, _app: &'a App, parcel: &'a Parcel) -> BoxFuture<'a, Result<Carried, Refused>> {
        Box::pin(async move {
            if parcel.recipient == "blocked" {
                return Err(Refused::never("blocked", "45015"));
            }
            self.heard.lock().unwrap().push((parcel.recipient.clone(), parcel.message.text.clone()));
            Ok(Carried { external_id: Some(parcel.id.to_string()), delivered: false })
        })
    }

    fn limits(&self, tx: &mut Tx<'_>, conversation: &conversations::Conversation) -> kernel::Result<Limits> {
        let spent = delivery::api::recipient(tx, conversation.id)?.is_some_and(|who| who == "spent");
        Ok(Limits { left: spent.then_some(0), ..Limits::default() })
    }
}

fn modules(elsewhere: &[Elsewhere]) -> Vec<http::Module> {
    let carriers = elsewhere.iter().map(|one| Box::new(one.clone()) as Box<dyn Carrier>).collect();
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        customers::module(),
        channels::module(),
        conversations::module(),
        routing::module(),
        escalations::module(),
        delivery::module(carriers),
        incidents::module(),
    ]
}

struct Stage {
    app: TestApp,
    lead: Person,
    agent: Person,
    admin: Person,
    web: channels::Channel,
    mail: ChannelId,
    open: ChannelId,
    by_mail: Elsewhere,
    by_open: Elsewhere,
}

impl Stage {
    async fn set(db: TestDb) -> Self {
        let (by_mail, by_open) = (Elsewhere::of(ChannelKind::Email), Elsewhere::of(ChannelKind::Open));
        let app = TestApp::start(db, modules(&[by_mail.clone(), by_open.clone()])).await;
        let (lead, agent, admin) =
            (app.person("supervisor").await, app.person("agent").await, app.person("administrator").await);
        let system = app.system();
        let made = app.app.db().write(&system, |tx| {
            let permit = Actor::System("test").permit("channels.manage", &Owned::NOBODY, tx.now())?;
            let mail = channels::api::open(tx, &permit, ChannelKind::Email, "售后邮箱")?.id;
            let open = channels::api::open(tx, &permit, ChannelKind::Open, "小程序")?.id;
            Ok((channels::api::default_web_chat(tx)?, mail, open))
        });
        let (web, mail, open) = made.await.unwrap();
        Self { app, lead, agent, admin, web, mail, open, by_mail, by_open }
    }

    /// Somebody writes by web chat; answers the conversation.
    async fn web(&self, text: &str) -> String {
        let (_visitor, ready) = self.app.visitor_writes(&self.web.public_key, text).await;
        ready["conversation"]["id"].as_str().unwrap().to_owned()
    }

    async fn hear(&self, channel: ChannelId, user: &str, text: &str) -> String {
        let incoming = Incoming::text(channel, user, &format!("m-{user}"), text);
        delivery::api::receive(&self.app.app, incoming).await.unwrap().conversation_id.to_string()
    }

    async fn declare(&self) -> Value {
        let body = json!({"title": "支付失败", "known": "支付网关故障", "severity": "critical", "words": ["支付"],
            "reply": "支付暂时不可用，正在抢修"});
        self.lead.post("/incidents", body).await.ok()
    }

    async fn link(&self, incident: &Value, conversations: &[String]) -> Value {
        self.lead.post(&path(incident, "/links"), json!({"conversation_ids": conversations})).await.ok()
    }

    async fn said(&self, conversation: &str) -> Vec<String> {
        let page = self.admin.get(&format!("/conversations/{conversation}/messages?limit=100")).await.ok();
        let items = page["items"].as_array().unwrap().iter();
        items
            .filter(|one| one["author"] == "system" && one["kind"] == "text")
            .map(|one| one["text"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn path(incident: &Value, rest: &str) -> String {
    format!("/incidents/{}{rest}", incident["id"].as_str().unwrap())
}

fn kinds() -> Vec<Elsewhere> {
    vec![Elsewhere::of(ChannelKind::Email), Elsewhere::of(ChannelKind::Open)]
}

on_both! { http::schema(&modules(&kinds()));

async fn h25_forty_linked_conversations_get_one_update_each_in_its_own_channel(db: TestDb) {
    let stage = Stage::set(db).await;
    let incident = stage.declare().await;
    assert_eq!((&incident["state"], &incident["course"][0]["kind"]), (&json!("investigating"), &json!("declared")));
    let mut all = Vec::new();
    for n in 0..40 {
        all.push(match n % 3 {
            0 => stage.web("支付不了").await,
            1 => stage.hear(stage.mail, &format!("u{n:02}@example.com"), "支付失败了").await,
            _ => stage.hear(stage.open, &format!("u{n:02}"), "支付一直转圈").await,
        });
    }
    // Besides those, one about something else, one who can be told no more, one who blocked us, and one that is over.
    let other = stage.web("想问一下发票").await;
    let spent = stage.hear(stage.open, "spent", "支付失败").await;
    let blocked = stage.hear(stage.open, "blocked", "支付失败").await;
    let over = stage.web("支付失败").await;
    // By its words it finds those that speak of it; nothing is linked unasked.
    let words = stage.lead.get(&path(&incident, "/candidates?words=支付")).await.ok();
    let offered: Vec<_> = words.as_array().unwrap().iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect();
    assert_eq!((offered.len(), offered.contains(&other)), (43, false));
    assert_eq!(stage.lead.get(&path(&incident, "")).await.ok()["linked"], 0);
    let here = stage.admin.get(&format!("/conversations/{}/incidents", all[0])).await.ok();
    assert_eq!((&here["linked"], &here["suggested"][0]["id"]), (&json!([]), &incident["id"]));

    stage.lead.post(&path(&incident, "/updates"), json!({"text": "无人可告"})).await.refused(409, "incidents.nobody");
    let mut linked = all.clone();
    linked.extend([spent.clone(), blocked.clone(), over.clone()]);
    assert_eq!(stage.link(&incident, &linked).await["linked"], 43);
    // Linked twice is linked once.
    assert_eq!(stage.link(&incident, &all[..2]).await["incident"]["linked"], 43);
    stage.admin.post(&format!("/conversations/{over}/closure"), json!({})).await.ok();
    let told = stage.lead.post(&path(&incident, "/updates"), json!({"text": "支付已恢复", "state": "mended"})).await.ok();
    assert_eq!((&told["state"], &told["updates"][0]["waiting"]), (&json!("mended"), &json!(43)));
    stage.app.settle().await;
    // As if whoever did it had died in the middle: it is done once more from the start, and nothing is said twice.
    let update: kernel::Id<incidents::IncidentUpdate> = told["updates"][0]["id"].as_str().unwrap().parse().unwrap();
    let (app, system) = (stage.app.app.clone(), stage.app.system());
    let again = app.db().write(&system, move |tx| {
        tx.exec(&AGAIN, store::params![update])?;
        incidents::api::say_again(tx, update)
    });
    again.await.unwrap();
    stage.app.settle().await;

    for one in &all {
        assert_eq!(stage.said(one).await, ["支付已恢复"], "{one}");
    }
    assert!(stage.said(&other).await.is_empty() && stage.said(&over).await.is_empty());
    let expected = |rest: usize, mail: bool| -> Vec<(String, String)> {
        let users = (0..40).filter(|n| n % 3 == rest);
        users.map(|n| (if mail { format!("u{n:02}@example.com") } else { format!("u{n:02}") }, "支付已恢复".to_owned())).collect()
    };
    assert_eq!(stage.by_mail.heard(), expected(1, true));
    assert_eq!(stage.by_open.heard(), expected(2, false));
    let course = stage.lead.get(&path(&incident, "")).await.ok();
    assert_eq!((&course["updates"][0]["reached"], &course["updates"][0]["missed"], &course["updates"][0]["waiting"]), (&json!(40), &json!(3), &json!(0)));
    let rows = stage.admin.get(&path(&incident, "/sendings")).await.ok();
    let missed: std::collections::BTreeMap<_, _> = rows.as_array().unwrap().iter().filter(|row| row["missed"] == true)
        .map(|row| (row["conversation_id"].as_str().unwrap().to_owned(), row["why"].as_str().or(row["delivery_why"].as_str()).unwrap().to_owned())).collect();
    assert_eq!(missed, [(spent, "none_left".to_owned()), (blocked, "blocked".to_owned()), (over, "closed".to_owned())].into());
}

async fn h25_the_agents_of_its_queues_see_it_live_and_others_do_not(db: TestDb) {
    let stage = Stage::set(db).await;
    let queue = |name: &'static str, members: Vec<String>| json!({"name": name, "everybody": false, "member_ids": members, "channel_ids": []});
    let touched = stage.admin.post("/queues", queue("支付组", vec![stage.agent.id()])).await.ok();
    let other = stage.admin.post("/queues", queue("售后组", vec![])).await.ok();
    let mut socket = stage.app.staff_socket(&stage.agent).await;
    socket.watch("incidents").await;
    let mut body = json!({"title": "支付失败", "severity": "major", "queue_ids": [touched["id"]]});
    let incident = stage.lead.post("/incidents", body.clone()).await.ok();
    let told = socket.fact("incident.changed").await;
    assert_eq!((&told["data"]["id"], &told["data"]["queues"][0]["name"]), (&incident["id"], &json!("支付组")));
    body["queue_ids"] = json!([other["id"]]);
    let elsewhere = stage.lead.post("/incidents", body).await.ok();
    let seen = |found: Value| found.as_array().unwrap().iter().map(|one| one["id"].clone()).collect::<Vec<_>>();
    assert_eq!(seen(stage.agent.get("/incidents/current").await.ok()), [incident["id"].clone()]);
    assert_eq!(seen(stage.lead.get("/incidents/current").await.ok()), [elsewhere["id"].clone(), incident["id"].clone()]);
    // An agent leads none.
    stage.agent.post("/incidents", json!({"title": "x", "severity": "minor"})).await.refused(403, "forbidden");
    stage.agent.post(&path(&incident, "/updates"), json!({"text": "x"})).await.refused(403, "forbidden");
    stage.agent.patch(&path(&incident, ""), json!({"version": 1, "state": "over"})).await.refused(403, "forbidden");
}

async fn h25_an_agent_links_what_they_answer_in_and_nothing_else(db: TestDb) {
    let stage = Stage::set(db).await;
    let incident = stage.declare().await;
    let (mine, theirs) = (stage.web("支付失败").await, stage.web("支付失败").await);
    for (conversation, to) in [(&mine, stage.agent.id()), (&theirs, stage.admin.id())] {
        stage.admin.post(&format!("/conversations/{conversation}/assignment"), json!({"assignee_id": to})).await.ok();
    }
    let links = path(&incident, "/links");
    stage.agent.post(&links, json!({"conversation_ids": [mine]})).await.ok();
    stage.agent.post(&links, json!({"conversation_ids": [theirs]})).await.refused_field("conversation_ids[0]", "unknown");
    stage.agent.post(&links, json!({"conversation_ids": []})).await.refused_field("conversation_ids", "required");
    let shown = stage.agent.get(&path(&incident, "/conversations")).await.ok();
    assert_eq!((shown["items"].as_array().unwrap().len(), &shown["items"][0]["conversation"]["id"]), (1, &json!(mine)));
    assert_eq!(stage.agent.delete(&path(&incident, &format!("/links/{mine}"))).await.ok()["linked"], 0);
    stage.agent.delete(&path(&incident, &format!("/links/{mine}"))).await.refused(404, "not_found");
}

async fn h25_once_it_is_over_it_is_looked_back_on_and_what_is_to_be_done_are_tasks(db: TestDb) {
    let stage = Stage::set(db).await;
    let incident = stage.declare().await;
    let talk = stage.web("支付失败").await;
    stage.link(&incident, std::slice::from_ref(&talk)).await;
    let due = incident["declared_at"].as_i64().unwrap() + 86_400_000;
    let review = json!({"what": "支付中断", "cause": "证书过期", "actions": [{"title": "证书到期提醒", "owner_id": stage.agent.id(), "due_at": due}]});
    stage.lead.put(&path(&incident, "/review"), review.clone()).await.refused(409, "incidents.not_over");
    stage.app.app.clock().advance(30 * 60_000);
    let version = stage.lead.get(&path(&incident, "")).await.ok()["version"].clone();
    let over = json!({"version": version, "state": "over"});
    stage.lead.patch(&path(&incident, ""), over.clone()).await.ok();
    stage.lead.patch(&path(&incident, ""), over).await.refused(409, "incidents.stale");
    stage.lead.post(&path(&incident, "/updates"), json!({"text": "x"})).await.refused(409, "incidents.over");
    let other = stage.web("支付失败").await;
    stage.lead.post(&path(&incident, "/links"), json!({"conversation_ids": [other]})).await.refused(409, "incidents.over");
    let done = stage.lead.put(&path(&incident, "/review"), review).await.ok();
    assert_eq!((&done["figures"]["minutes"], &done["figures"]["conversations"], &done["figures"]["customers"]), (&json!(30), &json!(1), &json!(1)));
    let again = json!({"what": "支付中断 30 分钟", "cause": "证书过期"});
    let done = stage.lead.put(&path(&incident, "/review"), again).await.ok();
    assert_eq!((&done["review"]["what"], done["review"]["actions"].as_array().unwrap().len()), (&json!("支付中断 30 分钟"), 1));
    let tasks = stage.agent.get("/tasks?owner=me&state=open").await.ok();
    assert_eq!((&tasks["items"][0]["title"], &tasks["items"][0]["subject_id"]), (&json!("证书到期提醒"), &incident["id"]));
    assert_eq!(stage.lead.get("/incidents/current").await.ok(), json!([]));
    let steps: Vec<_> = done["course"].as_array().unwrap().iter().map(|step| step["kind"].as_str().unwrap().to_owned()).collect();
    assert_eq!(steps, ["declared", "linked", "state", "reviewed", "reviewed"]);
    let trail = stage.admin.get(&format!("/audit-entries?subject={}", incident["id"].as_str().unwrap())).await.ok();
    assert!(!trail.to_string().contains("证书"), "{trail}");
}

async fn a_malformed_incident_is_none(db: TestDb) {
    let stage = Stage::set(db).await;
    for (change, field, code) in [
        (json!({"title": " "}), "title", "required"),
        (json!({"since": 9_999_999_999_999_i64}), "since", "in_the_future"),
        (json!({"words": ["", "支付"]}), "words[0]", "required"),
        (json!({"queue_ids": ["que_01jd3k5v2pf6z8q0w4x7y9abcd"]}), "queue_ids[0]", "unknown"),
        (json!({"escalation_id": "esc_01jd3k5v2pf6z8q0w4x7y9abcd"}), "escalation_id", "unknown"),
        (json!({"severity": "awful"}), "severity", "wrong_type"),
    ] {
        let mut body = json!({"title": "支付失败", "severity": "major"});
        body.as_object_mut().unwrap().extend(change.as_object().unwrap().clone());
        stage.lead.post("/incidents", body).await.refused_field(field, code);
    }
}

}

store::sql! {
    AGAIN = "UPDATE incident_sendings SET state = 'waiting', seq = NULL WHERE update_id = $1 AND state = 'said'";
}
