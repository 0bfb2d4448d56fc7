//! What agents and customers rely on of the queue.

use std::sync::Arc;

use kernel::{Actor, Origin};
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, on_both};

use crate::modules;

async fn department(db: testkit::TestDb) -> (TestApp, String) {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    (app, channel.public_key)
}

/// A visitor who waits.
async fn visitor(app: &TestApp, key: &str, text: &str) -> Socket {
    arrived(app, key, text).await.0
}

/// A visitor who waits, and what they were told when they began to.
async fn arrived(app: &TestApp, key: &str, text: &str) -> (Socket, Value) {
    app.visitor_writes(key, text).await
}

async fn ready(app: &TestApp, capacity: i64) -> (Person, Socket) {
    let agent = app.person("agent").await;
    let mut socket = app.staff_socket(&agent).await;
    socket.watch(&format!("user:{}", agent.id())).await;
    let admin = app.person("administrator").await;
    admin.put(&format!("/presences/{}/capacity", agent.id()), json!({"capacity": capacity})).await.ok();
    agent.put("/presence", json!({"state": "ready"})).await.ok();
    (agent, socket)
}

/// The id of a new queue of these people alone.
async fn queue(admin: &Person, name: &str, members: &[&Person], more: Value) -> String {
    let mut wish = json!({"name": name, "member_ids": members.iter().map(|one| one.id()).collect::<Vec<_>>()});
    wish.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    admin.post("/queues", wish).await.ok()["id"].as_str().unwrap().to_owned()
}

/// A conversation somebody waits in, and its visitor.
async fn waiting(app: &TestApp, admin: &Person, key: &str, text: &str) -> (String, Socket) {
    let customer = visitor(app, key, text).await;
    let found = admin.get("/conversations?state=queued").await.ok();
    let newest = found["items"].as_array().unwrap().iter().find(|one| one["preview"] == text).cloned();
    (newest.unwrap()["id"].as_str().unwrap().to_owned(), customer)
}

/// The customer who said this goes away.
async fn leave(app: &TestApp, admin: &Person, said: &str) {
    let found = admin.get("/conversations?state=queued").await.ok();
    let one = found["items"].as_array().unwrap().iter().find(|one| one["preview"] == said).cloned().unwrap();
    let id = |field: &str| one[field].as_str().unwrap().to_owned();
    let (customer, channel) = (id("customer_id").parse().unwrap(), id("channel_id").parse().unwrap());
    let actor = Actor::Visitor(kernel::Visitor { customer, channel });
    let origin = Origin { actor, ip: None, user_agent: None, request_id: "test".into() };
    let conversation = id("id").parse().unwrap();
    app.app.db().write(&Arc::new(origin), move |tx| conversations::api::leave(tx, conversation)).await.unwrap();
}

fn path(offer: &Value, verb: &str) -> String {
    format!("/offers/{}/{verb}", offer["data"]["id"].as_str().unwrap())
}

store::sql! {
    SPELLS = "SELECT state, reason, until IS NULL FROM presence_spells ORDER BY since, id";
}

on_both! { http::schema(&modules());

async fn who_waits_is_offered_taken_and_answered(db: TestDb) {
    let (app, key) = department(db).await;
    let mut customer = visitor(&app, &key, "有人吗").await;
    let (agent, mut desk) = ready(&app, 1).await;
    let offer = desk.fact("offer.made").await;
    assert_eq!(offer["data"]["preview"], "有人吗");
    let conversation = agent.post(&path(&offer, "acceptance"), json!({})).await.ok();
    assert_eq!((&conversation["state"], &conversation["assignee_id"]), (&json!("active"), &json!(agent.id())));
    assert_eq!(desk.fact("offer.ended").await["data"]["state"], "accepted");
    customer.fact("conversation.assigned").await;
    // The answer was lost: the same request again gives the same answer.
    assert_eq!(agent.post(&path(&offer, "acceptance"), json!({})).await.ok()["id"], conversation["id"]);
    app.finish().await;
}

async fn freed_capacity_is_taken_by_the_longest_waiting(db: TestDb) {
    let (app, key) = department(db).await;
    let (agent, mut desk) = ready(&app, 1).await;
    let _first = visitor(&app, &key, "一").await;
    let offer = desk.fact("offer.made").await;
    let conversation = agent.post(&path(&offer, "acceptance"), json!({})).await.ok();
    app.db.clock.advance(1_000);
    let _second = visitor(&app, &key, "二").await;
    app.db.clock.advance(1_000);
    let _third = visitor(&app, &key, "三").await;
    assert_eq!(agent.get("/offers").await.ok(), json!([]));
    agent.post(&format!("/conversations/{}/closure", conversation["id"].as_str().unwrap()), json!({})).await.ok();
    assert_eq!(desk.fact("offer.made").await["data"]["preview"], "二");
    app.finish().await;
}

async fn who_does_not_answer_is_passed_over_and_nothing_is_stuck(db: TestDb) {
    let (app, key) = department(db).await;
    let (sleeper, mut asleep) = ready(&app, 1).await;
    let _customer = visitor(&app, &key, "在吗").await;
    let offer = asleep.fact("offer.made").await;
    let (awake, mut desk) = ready(&app, 1).await;
    app.db.clock.advance(31_000);
    assert_eq!(asleep.fact("offer.ended").await["data"]["state"], "expired");
    assert_eq!(sleeper.get("/presence").await.ok()["reason"], "missed_offer");
    sleeper.post(&path(&offer, "acceptance"), json!({})).await.refused(409, "routing.offer_over");
    let offer = desk.fact("offer.made").await;
    awake.post(&path(&offer, "acceptance"), json!({})).await.ok();
    app.finish().await;
}

async fn refusing_and_leaving_hand_the_customer_on(db: TestDb) {
    let (app, key) = department(db).await;
    let (one, mut desk_one) = ready(&app, 1).await;
    let _customer = visitor(&app, &key, "在吗").await;
    let offer = desk_one.fact("offer.made").await;
    let (two, mut desk_two) = ready(&app, 1).await;
    two.post(&path(&offer, "acceptance"), json!({})).await.refused(404, "not_found");
    one.post(&path(&offer, "refusal"), json!({})).await.ok();
    let offer = desk_two.fact("offer.made").await;
    two.put("/presence", json!({"state": "not_ready", "reason": "meal"})).await.ok();
    assert_eq!(desk_two.fact("offer.ended").await["data"]["state"], "withdrawn");
    two.post(&path(&offer, "acceptance"), json!({})).await.refused(409, "routing.offer_over");
    // Nobody else is left: the first one is asked again.
    desk_one.fact("offer.made").await;
    app.finish().await;
}

async fn presence_is_seen_by_those_who_may_and_the_queue_can_be_set_up(db: TestDb) {
    let (app, _) = department(db).await;
    let (agent, _) = ready(&app, 3).await;
    let admin = app.person("administrator").await;
    let seen = admin.get("/presences").await.ok();
    assert!(seen["items"].as_array().unwrap().iter().any(|one| one["user_id"] == agent.id() && one["state"] == "ready"));
    assert_eq!(app.person("agent").await.get("/presences").await.ok()["items"], json!([]));
    let queue = admin.get("/queues").await.ok()[0].clone();
    let at = format!("/queues/{}", queue["id"].as_str().unwrap());
    admin.patch(&at, json!({"version": queue["version"], "offer_seconds": 3})).await.refused_field("offer_seconds", "out_of_range");
    admin.patch(&at, json!({"version": queue["version"], "offer_seconds": 45})).await.ok();
    admin.patch(&at, json!({"version": queue["version"], "offer_seconds": 50})).await.refused(409, "routing.stale");
    agent.patch(&at, json!({"version": 2, "offer_seconds": 50})).await.refused(403, "forbidden");
    agent.put("/presence", json!({"state": "ready", "capacity": 51})).await.refused_field("capacity", "out_of_range");
    agent.put("/presence", json!({"state": "ready", "capacity": 9})).await.refused(403, "forbidden");
    app.finish().await;
}

async fn a_supervisor_sets_somebodys_presence_and_the_trail_says_so(db: TestDb) {
    let (app, key) = department(db).await;
    let (agent, mut desk) = ready(&app, 1).await;
    let admin = app.person("administrator").await;
    let at = format!("/presences/{}", agent.id());
    let _customer = visitor(&app, &key, "在吗").await;
    desk.fact("offer.made").await;
    let meal = admin.get("/presence-reasons").await.ok()[1].clone();
    let wish = json!({"state": "not_ready", "reason_id": meal["id"]});
    // Colleagues do not set each other, nor themselves in this way.
    agent.put(&at, wish.clone()).await.refused(403, "forbidden");
    admin.put(&at, json!({"state": "ready", "reason_id": meal["id"]})).await.refused_field("reason_id", "not_allowed");
    let set = admin.put(&at, wish.clone()).await.ok();
    assert_eq!((&set["state"], &set["reason"]), (&json!("not_ready"), &meal["label"]));
    // What they were offered is free again, and they are told.
    assert_eq!(desk.fact("offer.ended").await["data"]["state"], "withdrawn");
    assert_eq!(desk.fact("presence.changed").await["data"]["reason_id"], meal["id"]);
    // The same again changes nothing, and is no second entry.
    assert_eq!(admin.put(&at, wish).await.ok()["version"], set["version"]);
    admin.put(&at, json!({"state": "offline"})).await.ok();
    let trail = admin.get("/audit-entries?action=routing.presence_set").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
    app.finish().await;
}

async fn who_serves_the_same_queue_is_a_colleague_whatever_their_unit(db: TestDb) {
    let (app, _) = department(db).await;
    let admin = app.person("administrator").await;
    let ((one, _), (two, _), (three, _)) = (ready(&app, 2).await, ready(&app, 2).await, ready(&app, 2).await);
    let shared = queue(&admin, "售前", &[&one, &two], json!({})).await;
    queue(&admin, "售后", &[&three], json!({})).await;
    let ids = |found: &Value| found.as_array().unwrap().iter().map(|one| one["user_id"].clone()).collect::<Vec<_>>();
    // The queue that everybody serves makes colleagues of all; without it only those of the same one are.
    assert_eq!(ids(&one.get("/colleagues").await.ok()).len(), 2);
    let queues = admin.get("/queues").await.ok();
    let everybodys = queues.as_array().unwrap().iter().find(|one| one["is_default"] == true).cloned().unwrap();
    let at = format!("/queues/{}", everybodys["id"].as_str().unwrap());
    admin.patch(&at, json!({"version": everybodys["version"], "member_ids": []})).await.ok();
    assert_eq!(ids(&one.get("/colleagues").await.ok()), [json!(two.id())]);
    two.put("/presence", json!({"state": "offline"})).await.ok();
    assert_eq!(ids(&one.get("/colleagues").await.ok()), Vec::<Value>::new());
    // What is aimed at stands beside what was reached; over all queues only where they agree.
    let floor = admin.get("/desk").await.ok();
    assert_eq!((&floor["total"]["target_percent"], &floor["total"]["target_seconds"]), (&json!(80), &json!(30)));
    let at = format!("/queues/{shared}");
    admin.patch(&at, json!({"version": 1, "target_percent": 101})).await.refused_field("target_percent", "out_of_range");
    admin.patch(&at, json!({"version": 1, "target_percent": 90})).await.ok();
    let floor = admin.get("/desk").await.ok();
    assert_eq!((&floor["total"]["target_percent"], &floor["queues"][1]["target_percent"]), (&Value::Null, &json!(90)));
    app.finish().await;
}

async fn caps_hold_while_many_come_and_go_at_once(db: TestDb) {
    let (app, key) = department(db).await;
    let mut agents = Vec::new();
    for _ in 0..3 {
        agents.push(ready(&app, 2).await);
    }
    let mut visitors = Vec::new();
    for n in 0..9 {
        visitors.push(visitor(&app, &key, &format!("第{n}位")).await);
    }
    let mut taken = 0;
    for (agent, desk) in &mut agents {
        for _ in 0..2 {
            let offer = desk.fact("offer.made").await;
            agent.post(&path(&offer, "acceptance"), json!({})).await.ok();
            taken += 1;
        }
        assert_eq!(agent.get("/conversations?state=active").await.ok()["items"].as_array().unwrap().len(), 2);
    }
    let admin = app.person("administrator").await;
    assert_eq!((taken, admin.get("/queues").await.ok()[0]["waiting"].as_i64()), (6, Some(3)));
    app.finish().await;
}

async fn r031_a_channel_feeds_its_queue_and_only_its_members_are_asked(db: TestDb) {
    let (app, key) = department(db).await;
    let admin = app.person("administrator").await;
    let ((sales, mut at_sales), (service, mut at_service)) = (ready(&app, 2).await, ready(&app, 2).await);
    let all = queue(&admin, "售后", &[&service], json!({})).await;
    let channel = admin.get("/channels").await.ok();
    let channel = channel["items"].as_array().or(channel.as_array()).unwrap()[0]["id"].clone();
    let fed = queue(&admin, "售前", &[&sales], json!({"channel_ids": [channel], "target_seconds": 20})).await;
    let (conversation, _customer) = waiting(&app, &admin, &key, "买东西").await;
    let offer = at_sales.fact("offer.made").await;
    assert_eq!((&offer["data"]["queue_id"], &offer["data"]["conversation_id"]), (&json!(fed), &json!(conversation)));
    sales.post(&path(&offer, "acceptance"), json!({})).await.ok();
    assert_eq!(service.get("/offers").await.ok(), json!([]));
    // To the other queue, where its own people are asked.
    sales.post(&format!("/conversations/{conversation}/transfer"), json!({"queue_id": all, "note": "客户要退货"})).await.ok();
    let offer = at_service.fact("offer.made").await;
    assert_eq!(offer["data"]["queue_id"], json!(all));
    assert_eq!(sales.get("/offers").await.ok(), json!([]));
    app.finish().await;
}

async fn queues_are_set_up_once_by_name_and_who_waits_in_a_deleted_one_keeps_waiting(db: TestDb) {
    let (app, key) = department(db).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let default = admin.get("/queues").await.ok()[0].clone();
    admin.delete(&format!("/queues/{}", default["id"].as_str().unwrap())).await.refused(409, "routing.default_queue");
    let id = queue(&admin, "夜班", &[&agent], json!({"wrap_up_seconds": 60})).await;
    admin.post("/queues", json!({"name": "夜班"})).await.refused(409, "routing.name_taken");
    admin.post("/queues", json!({})).await.refused_field("name", "required");
    admin.post("/queues", json!({"name": "x", "target_seconds": 0})).await.refused_field("target_seconds", "out_of_range");
    admin.post("/queues", json!({"name": "x", "member_ids": ["usr_01jd3k5v2pf6z8q0w4x7y9abcd"]})).await.refused_field("member_ids", "unknown");
    agent.post("/queues", json!({"name": "x"})).await.refused(403, "forbidden");
    let at = format!("/queues/{id}");
    let changed = admin.patch(&at, json!({"version": 1, "everybody": true})).await.ok();
    assert_eq!((&changed["everybody"], &changed["wrap_up_seconds"], &changed["name"]), (&json!(true), &json!(60), &json!("夜班")));
    admin.patch(&at, json!({"name": "x"})).await.refused_field("version", "required");
    // Only the default queue is left: who waits moves there.
    let (conversation, _customer) = waiting(&app, &admin, &key, "在吗").await;
    agent.put("/presence", json!({"state": "offline"})).await.ok();
    let transfer = format!("/conversations/{conversation}/transfer");
    admin.post(&transfer, json!({"queue_id": id})).await.ok();
    admin.post(&transfer, json!({"queue_id": id})).await.refused(409, "routing.waits_there");
    assert_eq!(admin.delete(&at).await.status, 204);
    let mut inbox = app.staff_socket(&admin).await;
    loop {
        let now = admin.get(&format!("/conversations/{conversation}")).await.ok();
        if now["queue_id"] == default["id"] {
            break;
        }
        inbox.send(json!({"t": "ping"})).await;
        inbox.until(|frame| frame["t"] == "pong").await;
    }
    app.finish().await;
}

async fn passing_on_says_who_cannot_have_it_and_what_to_do(db: TestDb) {
    let (app, key) = department(db).await;
    let admin = app.person("administrator").await;
    let ((one, mut desk), (two, _watch)) = (ready(&app, 2).await, ready(&app, 1).await);
    two.put("/presence", json!({"state": "not_ready", "reason": "用餐"})).await.ok();
    let _customer = visitor(&app, &key, "在吗").await;
    let offer = desk.fact("offer.made").await;
    let id = one.post(&path(&offer, "acceptance"), json!({})).await.ok()["id"].as_str().unwrap().to_owned();
    let transfer = format!("/conversations/{id}/transfer");
    let to = |who: &Person| json!({"user_id": who.id()});
    one.post(&transfer, json!({})).await.refused_field("user_id", "required");
    one.post(&transfer, json!({"user_id": "usr_01jd3k5v2pf6z8q0w4x7y9abcd"})).await.refused_field("user_id", "unknown");
    one.post(&transfer, json!({"queue_id": "que_01jd3k5v2pf6z8q0w4x7y9abcd"})).await.refused_field("queue_id", "unknown");
    one.post(&transfer, to(&one)).await.refused(409, "routing.has_it");
    let refusal = one.post(&transfer, to(&two)).await.refused(409, "routing.not_ready");
    assert_eq!((&refusal["params"]["name"], &refusal["params"]["reason"]), (&json!("agent"), &json!("用餐")));
    one.post(&transfer, json!({"user_id": two.id(), "force": true})).await.refused(403, "forbidden");
    two.post(&transfer, to(&two)).await.refused(404, "not_found");
    let away = app.person("agent").await;
    one.post(&transfer, to(&away)).await.refused(409, "routing.not_there");
    let empty = queue(&admin, "没有人", &[], json!({})).await;
    one.post(&transfer, json!({"queue_id": empty})).await.refused(409, "routing.nobody_serves");
    two.put("/presence", json!({"state": "ready"})).await.ok();
    let given = one.post(&transfer, json!({"user_id": two.id(), "note": "客户要开发票"})).await.ok();
    assert_eq!(given["assignee_id"], json!(two.id()));
    let said = two.get(&format!("/conversations/{id}/messages")).await.ok();
    let said = said["items"].as_array().unwrap();
    assert!(said.iter().any(|one| one["kind"] == "note" && one["text"] == "客户要开发票"));
    assert!(said.iter().any(|one| one["data"]["event"] == "transferred"));
    // Their one place is taken by now.
    let _second = visitor(&app, &key, "二").await;
    let offer = desk.fact("offer.made").await;
    let second = one.post(&path(&offer, "acceptance"), json!({})).await.ok()["id"].as_str().unwrap().to_owned();
    one.post(&format!("/conversations/{second}/transfer"), to(&two)).await.refused(409, "routing.no_room");
    admin.post(&format!("/conversations/{second}/transfer"), json!({"user_id": two.id(), "force": true})).await.ok();
    app.finish().await;
}

async fn of_two_who_take_over_at_once_one_wins_and_the_other_hears_from_whom(db: TestDb) {
    let (app, key) = department(db).await;
    let (first, second) = (app.person("administrator").await, app.person("administrator").await);
    let (id, _customer) = waiting(&app, &first, &key, "在吗").await;
    let take = format!("/conversations/{id}/takeover");
    let (a, b) = tokio::join!(first.post(&take, json!({})), second.post(&take, json!({})));
    let (winner, lost) = if a.status.is_success() { (&first, b) } else { (&second, a) };
    let refusal = lost.refused(409, "routing.taken_meanwhile");
    assert_eq!(refusal["params"]["name"], "administrator");
    let now = first.get(&format!("/conversations/{id}")).await.ok();
    assert_eq!((&now["assignee_id"], &now["state"]), (&json!(winner.id()), &json!("active")));
    // The answer was lost: the same request again is answered as before.
    assert_eq!(winner.post(&take, json!({})).await.ok()["version"], now["version"]);
    app.person("agent").await.post(&take, json!({"seen": winner.id()})).await.refused(403, "forbidden");
    app.finish().await;
}

async fn what_is_over_holds_room_until_it_is_wrapped_up_or_the_time_is_past(db: TestDb) {
    let (app, key) = department(db).await;
    let admin = app.person("administrator").await;
    let default = admin.get("/queues").await.ok()[0].clone();
    admin.patch(&format!("/queues/{}", default["id"].as_str().unwrap()), json!({"version": 1, "wrap_up_seconds": 60})).await.ok();
    let (agent, mut desk) = ready(&app, 1).await;
    let mut visitors = Vec::new();
    for (round, text) in ["一", "二", "三"].into_iter().enumerate() {
        visitors.push(visitor(&app, &key, text).await);
        let offer = desk.fact("offer.made").await;
        let id = agent.post(&path(&offer, "acceptance"), json!({})).await.ok()["id"].as_str().unwrap().to_owned();
        if round == 2 {
            break;
        }
        agent.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
        assert_eq!(desk.fact("wrap_up.began").await["data"]["conversation_id"], json!(id));
        let snapshot = app.staff_socket(&agent).await.watch(&format!("user:{}", agent.id())).await;
        assert_eq!(snapshot["data"]["wrap_ups"][0]["conversation_id"], json!(id));
        let floor = admin.get("/desk").await.ok();
        assert_eq!((&floor["total"]["wrapping"], &floor["total"]["at_capacity"]), (&json!(1), &json!(1)));
        match round {
            0 => drop(agent.put(&format!("/conversations/{id}/wrap-up"), json!({"note": "已处理"})).await.ok()),
            _ => app.db.clock.advance(61_000),
        }
        assert_eq!(desk.fact("wrap_up.ended").await["data"]["conversation_id"], json!(id));
    }
    app.finish().await;
}

async fn who_is_away_says_why_and_keeps_what_they_have(db: TestDb) {
    let (app, key) = department(db).await;
    let admin = app.person("administrator").await;
    let (agent, mut desk) = ready(&app, 2).await;
    let _customer = visitor(&app, &key, "在吗").await;
    let offer = desk.fact("offer.made").await;
    agent.post(&path(&offer, "acceptance"), json!({})).await.ok();
    let reasons = agent.get("/presence-reasons").await.ok();
    assert_eq!((reasons.as_array().unwrap().len(), &reasons[1]["label"]), (5, &json!("用餐")));
    let away = agent.put("/presence", json!({"state": "not_ready", "reason_id": reasons[1]["id"]})).await.ok();
    assert_eq!((&away["reason"], &away["reason_id"]), (&json!("用餐"), &reasons[1]["id"]));
    agent.put("/presence", json!({"state": "not_ready", "reason_id": "prr_01jd3k5v2pf6z8q0w4x7y9abcd"})).await.refused_field("reason_id", "unknown");
    agent.put("/presence", json!({"state": "ready", "reason_id": reasons[1]["id"]})).await.refused_field("reason_id", "not_allowed");
    let kept = agent.get("/conversations?state=active").await.ok();
    assert_eq!(kept["items"].as_array().unwrap().len(), 1);
    agent.post("/presence-reasons", json!({"label": "喝茶"})).await.refused(403, "forbidden");
    let tea = admin.post("/presence-reasons", json!({"label": "喝茶", "minutes": 10})).await.ok();
    admin.post("/presence-reasons", json!({"label": "喝茶"})).await.refused(409, "routing.name_taken");
    let at = format!("/presence-reasons/{}", tea["id"].as_str().unwrap());
    admin.patch(&at, json!({"version": 1, "minutes": 0})).await.ok();
    admin.patch(&at, json!({"version": 1, "label": "x"})).await.refused(409, "routing.stale");
    assert_eq!(admin.delete(&at).await.status, 204);
    let spells = app.app.db().read(&app.system(), |tx| tx.all::<(String, Option<String>, bool)>(&SPELLS, &[])).await.unwrap();
    let spells: Vec<_> = spells.iter().map(|(state, reason, open)| (state.as_str(), reason.as_deref(), *open)).collect();
    assert_eq!(spells, [("offline", None, false), ("ready", None, false), ("not_ready", Some("用餐"), true)]);
    app.finish().await;
}

async fn whose_every_connection_is_gone_is_taken_to_be_away(db: TestDb) {
    let (app, key) = department(db).await;
    let ((gone, socket), (there, mut watch)) = (ready(&app, 1).await, ready(&app, 1).await);
    let admin = app.person("administrator").await;
    // The desk has stood long enough to judge.
    app.db.clock.advance(5 * 60_000 + 1_000);
    there.put("/presence", json!({"state": "ready"})).await.ok();
    drop(socket);
    let presence = async || {
        let seen = admin.get("/presences").await.ok();
        seen["items"].as_array().unwrap().iter().find(|one| one["user_id"] == gone.id()).cloned().unwrap()
    };
    let seen = async || there.get("/presence").await.ok()["seen_at"].clone();
    while presence().await["state"] == "ready" {
        let before = seen().await;
        app.db.clock.advance(31_000);
        // The clock goes on when the roll has been called: time that nobody could be seen in is no absence.
        while presence().await["state"] == "ready" && seen().await == before {}
    }
    let said = presence().await;
    assert_eq!((&said["state"], &said["reason"]), (&json!("offline"), &json!("absent")));
    assert_eq!(there.get("/presence").await.ok()["state"], "ready");
    let _customer = visitor(&app, &key, "在吗").await;
    watch.fact("offer.made").await;
    app.finish().await;
}

async fn r031_customers_hear_where_they_stand_and_the_floor_adds_up(db: TestDb) {
    let (app, key) = department(db).await;
    let admin = app.person("administrator").await;
    let mut floor = app.staff_socket(&admin).await;
    floor.watch("desk").await;
    assert_eq!(admin.get("/desk").await.ok()["total"]["service_level"], json!(null));
    let mut one = visitor(&app, &key, "一").await;
    app.db.clock.advance(2_000);
    let (mut two, begun) = arrived(&app, &key, "二").await;
    let place = &begun["queue"];
    app.db.clock.advance(2_000);
    assert_eq!((&place["position"], &place["ahead"], &place["estimated_ms"]), (&json!(2), &json!(1), &json!(null)));
    floor.fact("desk.changed").await;
    leave(&app, &admin, "一").await;
    one.fact("conversation.closed").await;
    app.settle().await;
    app.db.clock.advance(2_000);
    two.until(|frame| frame["t"] == "queue" && frame["position"] == 1).await;
    let (agent, mut desk) = ready(&app, 1).await;
    let offer = desk.fact("offer.made").await;
    agent.post(&path(&offer, "acceptance"), json!({})).await.ok();
    app.db.clock.advance(60_000);
    let _three = visitor(&app, &key, "三").await;
    app.settle().await;
    let view = admin.get("/desk").await.ok();
    let row = &view["queues"][0];
    for (field, count) in [("offered", 3), ("answered", 1), ("answered_in_target", 1), ("abandoned", 1), ("waiting", 1), ("ready", 1), ("at_capacity", 1)] {
        assert_eq!((&row[field], &view["total"][field]), (&json!(count), &json!(count)), "{field} in {view}");
    }
    assert_eq!(row["service_level"], json!({"numerator": 1, "denominator": 3, "n": 3}));
    // Counted again from the ledger, it is the same.
    app.app.db().write(&app.system(), routing::api::rebuild_figures).await.unwrap();
    assert_eq!(admin.get("/desk").await.ok()["queues"][0]["service_level"], row["service_level"]);
    assert_eq!(agent.get("/desk").await.ok()["queues"][0]["ready"], 1);
    app.finish().await;
}

async fn a_customer_comes_back_to_whom_they_know(db: TestDb) {
    let (app, key) = department(db).await;
    let (known, mut desk) = ready(&app, 1).await;
    let (mut socket, hello) = app.visitor_socket(&key, None).await;
    socket.send(json!({"t": "send", "client_id": "v1", "text": "第一次"})).await;
    let offer = desk.fact("offer.made").await;
    let id = known.post(&path(&offer, "acceptance"), json!({})).await.ok()["id"].as_str().unwrap().to_owned();
    known.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
    // Idle longer, and still not asked first.
    app.db.clock.advance(1_000);
    let (_other, _watch) = ready(&app, 1).await;
    known.put("/presence", json!({"state": "ready"})).await.ok();
    let token = hello["token"].as_str().map(str::to_owned);
    let (mut again, _) = app.visitor_socket(&key, token.as_deref()).await;
    again.send(json!({"t": "send", "client_id": "v2", "text": "第二次"})).await;
    assert_eq!(desk.fact("offer.made").await["data"]["preview"], "第二次");
    app.finish().await;
}

}
