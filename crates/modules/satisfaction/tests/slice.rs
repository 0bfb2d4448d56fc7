//! What supervisors rely on who read what customers thought, and what customers meet who are asked.

use std::sync::{Arc, Mutex};

use channels::ChannelKind;
use delivery::{Carried, Carrier, Incoming, Parcel, Refused};
use futures_util::future::BoxFuture;
use http::App;
use kernel::{Actor, ChannelId, Owned};
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

/// The other side of a channel: hears what is said.
#[derive(Clone, Default)]
struct Elsewhere(Arc<Mutex<Vec<String>>>);

impl Carrier for Elsewhere {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Open
    }

    fn carry<'a>(&'a self, _app: &'a App, parcel: &'a Parcel) -> BoxFuture<'a, Result<Carried, Refused>> {
        Box::pin(async move {
            self.0.lock().unwrap().push(parcel.message.text.clone());
            Ok(Carried { external_id: None, delivered: false })
        })
    }
}

fn modules(elsewhere: &Elsewhere) -> Vec<http::Module> {
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
        relief::module(),
        satisfaction::module(),
        delivery::module(vec![Box::new(elsewhere.clone())]),
    ]
}

struct Stage {
    app: TestApp,
    admin: Person,
    lead: Person,
    agent: Person,
    other: Person,
    key: String,
    open: ChannelId,
    elsewhere: Elsewhere,
}

async fn stage(db: TestDb) -> Stage {
    let elsewhere = Elsewhere::default();
    let app = TestApp::start(db, modules(&elsewhere)).await;
    let system = app.system();
    let made = app.app.db().write(&system, |tx| {
        let permit = Actor::System("test").permit("channels.manage", &Owned::NOBODY, tx.now())?;
        let open = channels::api::open(tx, &permit, ChannelKind::Open, "小程序")?.id;
        Ok((channels::api::default_web_chat(tx)?.public_key, open))
    });
    let (key, open) = made.await.unwrap();
    let (admin, lead) = (app.person("administrator").await, app.person("supervisor").await);
    let (agent, other) = (app.person("agent").await, app.person("agent").await);
    admin.unit(("team", "在线组"), None, None, &[&lead, &agent]).await;
    admin.unit(("team", "技术组"), None, None, &[&other]).await;
    Stage { app, admin, lead, agent, other, key, open, elsewhere }
}

impl Stage {
    async fn give(&self, id: &str, to: &Person) {
        self.admin.post(&format!("/conversations/{id}/assignment"), json!({"assignee_id": to.id()})).await.ok();
    }

    async fn close(&self, id: &str) {
        self.admin.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
        self.app.settle().await;
    }

    /// Somebody comes by web chat, is served by these one after another for so many minutes, and rates it.
    async fn chat(&self, served: &[(&Person, i64)], score: Option<i64>) -> String {
        let (mut visitor, ready) = self.app.visitor_writes(&self.key, "在吗").await;
        let id = ready["conversation"]["id"].as_str().unwrap().to_owned();
        for (person, minutes) in served {
            self.give(&id, person).await;
            self.app.app.clock().advance(minutes * 60_000);
        }
        self.close(&id).await;
        if let Some(score) = score {
            visitor.send(json!({"t": "rate", "score": score, "tags": ["没解决"]})).await;
            visitor.until(|frame| frame["t"] == "fact" && frame["kind"] == "message.posted").await;
            self.app.settle().await;
        }
        id
    }

    /// Somebody writes on the open channel, is served and it ends; answers the links they were sent.
    async fn elsewhere(&self, user: &str, n: i64) -> Vec<String> {
        let before = self.elsewhere.0.lock().unwrap().len();
        let incoming = Incoming::text(self.open, user, &format!("m-{user}-{n}"), "你好");
        let id = delivery::api::receive(&self.app.app, incoming).await.unwrap().conversation_id.to_string();
        self.give(&id, &self.agent).await;
        self.close(&id).await;
        let heard = self.elsewhere.0.lock().unwrap();
        heard[before..].iter().map(|text| text.split("/rate/").nth(1).unwrap().to_owned()).collect()
    }

    async fn links(&self, quiet_days: i64) {
        let version = self.admin.get("/satisfaction-rules").await.ok()["version"].clone();
        let rules = json!({"version": version, "links": true, "address": "https://kf.example.cn/", "quiet_days": quiet_days, "valid_days": 14, "reasons": ["<b>太慢"]});
        self.admin.put("/satisfaction-rules", rules).await.ok();
    }

    async fn page(&self, token: &str, language: &str, form: Option<&str>) -> (u16, String) {
        let url = format!("http://{}/rate/{token}", self.app.address);
        let client = reqwest::Client::new();
        let request = match form {
            Some(form) => {
                client.post(url).header("content-type", "application/x-www-form-urlencoded").body(form.to_owned())
            }
            None => client.get(url),
        };
        let answer = request.header("accept-language", language).send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    }
}

on_both! { http::schema(&modules(&Elsewhere::default()));

async fn csat_is_tied_to_who_served_and_counted_from_the_cases(db: TestDb) {
    let stage = stage(db).await;
    let good = stage.chat(&[(&stage.other, 10), (&stage.agent, 2)], Some(5)).await;
    let bad = stage.chat(&[(&stage.agent, 2)], Some(2)).await;
    stage.chat(&[(&stage.agent, 2)], None).await;
    stage.chat(&[(&stage.other, 2)], Some(4)).await;
    // Who was served by nobody, and who was abusive, is not asked.
    stage.chat(&[], None).await;
    // What moves later moves nothing.
    let cases = stage.lead.get(&format!("/satisfaction-cases?agent={}", stage.agent.id())).await.ok();
    let found: Vec<_> = cases["items"].as_array().unwrap().iter().map(|one| (one["conversation_id"].clone(), one["score"].clone(), one["longest_id"].clone())).collect();
    assert_eq!(found.len(), 3);
    assert_eq!(found[1], (json!(bad), json!(2), json!(null)));
    assert_eq!(found[2], (json!(good), json!(5), json!(stage.other.id())));
    assert_eq!(cases["items"][1]["tags"], json!(["没解决"]));
    // CSAT = scores 4–5 ÷ responses; response rate = responses ÷ asked. In scope only.
    let own = |asked, responses, satisfied, key: &Person| json!({"key": key.id(), "asked": asked, "responses": responses, "satisfied": satisfied});
    let rows = |found: Value| found.as_array().unwrap().iter().map(|row| json!({"key": row["key"], "asked": row["asked"], "responses": row["responses"], "satisfied": row["satisfied"]})).collect::<Vec<_>>();
    assert_eq!(rows(stage.lead.get("/satisfaction-figures?by=agent").await.ok()), [own(3, 2, 1, &stage.agent)]);
    let all = rows(stage.admin.get("/satisfaction-figures?by=agent").await.ok());
    assert!(all.contains(&own(3, 2, 1, &stage.agent)) && all.contains(&own(1, 1, 1, &stage.other)), "{all:?}");
    for by in ["queue", "channel", "day"] {
        let found = stage.admin.get(&format!("/satisfaction-figures?by={by}")).await.ok();
        assert_eq!((&found[0]["asked"], &found[0]["responses"], &found[0]["satisfied"]), (&json!(4), &json!(3), &json!(2)), "{by}");
    }
    assert_eq!(stage.admin.get("/satisfaction-cases?low=true").await.ok()["items"].as_array().unwrap().len(), 1);
    stage.admin.get("/satisfaction-cases?from=x").await.refused_field("from", "malformed");
}

async fn who_sees_no_chat_is_sent_a_link_that_is_good_once(db: TestDb) {
    let stage = stage(db).await;
    assert!(stage.elsewhere("u0", 1).await.is_empty(), "links are off at first");
    let bad = json!({"version": 1, "links": true, "address": "", "quiet_days": 7, "valid_days": 14, "reasons": []});
    stage.admin.put("/satisfaction-rules", bad).await.refused_field("address", "malformed");
    stage.links(7).await;
    let links = stage.elsewhere("u1", 1).await;
    assert_eq!(links.len(), 1);
    let token = links[0].as_str();
    for (language, words) in [("zh-CN,zh", "请评价本次服务"), ("zh-TW", "請評價這次服務"), ("en-GB", "How did we do?")] {
        let (status, html) = stage.page(token, language, None).await;
        assert_eq!((status, html.contains(words), html.contains("&lt;b&gt;太慢"), html.contains("<b>太慢")), (200, true, true, false), "{html}");
    }
    // Nothing chosen is no answer; and what is no link of ours is none.
    assert!(stage.page(token, "zh", Some("comment=x")).await.1.contains("name=score"));
    assert_eq!(stage.page("nothing", "zh", None).await.0, 404);
    assert_eq!(stage.page("nothing", "zh", Some("score=5")).await.0, 404);
    let (status, html) = stage.page(token, "zh", Some("score=2&solved=no&reason=%E5%A4%AA%E6%85%A2&comment=%E7%AD%89%E4%BA%86%E5%BE%88%E4%B9%85+%3Cb%3E")).await;
    assert_eq!((status, html.contains("感谢您的评价")), (200, true));
    // Said again it changes nothing.
    stage.page(token, "zh", Some("score=5")).await;
    stage.app.settle().await;
    let cases = stage.admin.get("/satisfaction-cases?answered=true").await.ok();
    let case = &cases["items"][0];
    assert_eq!((&case["score"], &case["solved"], &case["tags"], &case["comment"], &case["way"]), (&json!(2), &json!(false), &json!(["太慢"]), &json!("等了很久 <b>"), &json!("link")));
    let conversation = stage.admin.get(&format!("/conversations/{}", case["conversation_id"].as_str().unwrap())).await.ok();
    assert_eq!((&conversation["rating"]["score"], &conversation["state"]), (&json!(2), &json!("closed")));
    // Not again within the days, nor for ever good.
    assert!(stage.elsewhere("u1", 2).await.is_empty());
    let links = stage.elsewhere("u2", 1).await;
    stage.app.app.clock().advance(14 * 86_400_000);
    assert_eq!(stage.page(&links[0], "zh", None).await.0, 404);
    assert_eq!(stage.elsewhere("u1", 3).await.len(), 1);
}

async fn an_abusive_contact_is_not_asked_about(db: TestDb) {
    let stage = stage(db).await;
    stage.links(0).await;
    let incoming = Incoming::text(stage.open, "u1", "m1", "骂人的话");
    let id = delivery::api::receive(&stage.app.app, incoming).await.unwrap().conversation_id.to_string();
    stage.give(&id, &stage.agent).await;
    stage.agent.post(&format!("/conversations/{id}/abuse"), json!({"kind": "insult", "word": "骂人"})).await.ok();
    stage.close(&id).await;
    assert!(stage.elsewhere.0.lock().unwrap().is_empty());
    assert_eq!(stage.admin.get("/satisfaction-cases").await.ok()["items"], json!([]));
    assert_eq!(stage.admin.get("/satisfaction-figures").await.ok(), json!([]));
}

}
