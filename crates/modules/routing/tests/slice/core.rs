//! How conversations find their people: priority, skills, limits, and why each was given to whom.

use channels::{Channel, ChannelKind};
use conversations::{Attributes, Trail, api::Opening};
use kernel::{Actor, Origin, Owned};
use serde_json::{Value, json};
use testkit::{Person, Socket, TestApp, on_both};

use crate::modules;

/// A department with one channel, and its administrator.
async fn department(db: testkit::TestDb) -> (TestApp, String, Person) {
    let app = TestApp::start(db, modules()).await;
    let channel = app.app.db().write(&Origin::system("test"), channels::api::default_web_chat).await.unwrap();
    let admin = app.person("administrator").await;
    (app, channel.public_key, admin)
}

/// A visitor who waits; the ledger knows it.
async fn visitor(app: &TestApp, key: &str, text: &str) -> Socket {
    let (socket, _) = app.visitor_writes(key, text).await;
    app.settle().await;
    socket
}

/// Somebody who wrote by mail and waits.
async fn letter(app: &TestApp, channel: &Channel, name: &'static str) {
    let channel = channel.clone();
    let wait = move |tx: &mut store::Tx<'_>| {
        let customer = customers::api::for_identity(tx, channel.id, name, Some(name))?;
        let (page, attributes, trail) = (None, Attributes::default(), Trail::default());
        let opening = Opening { channel: &channel, customer: customer.id, name, queue: None, page, attributes, trail };
        conversations::api::open(tx, opening).map(drop)
    };
    app.app.db().write(&Origin::system("test"), wait).await.expect("a conversation");
    app.settle().await;
}

/// Somebody who is to take work, and their socket; not ready yet.
async fn agent(app: &TestApp, admin: &Person, capacity: i64) -> (Person, Socket) {
    let agent = app.person("agent").await;
    let mut socket = app.staff_socket(&agent).await;
    socket.watch(&format!("user:{}", agent.id())).await;
    admin.put(&format!("/presences/{}/capacity", agent.id()), json!({"capacity": capacity})).await.ok();
    (agent, socket)
}

async fn ready(app: &TestApp, admin: &Person, capacity: i64) -> (Person, Socket) {
    let (agent, socket) = agent(app, admin, capacity).await;
    agent.put("/presence", json!({"state": "ready"})).await.ok();
    (agent, socket)
}

/// Changes the queue everybody comes to.
async fn terms(admin: &Person, mut wish: Value) -> Value {
    let queue = admin.get("/queues").await.ok()[0].clone();
    wish["version"] = queue["version"].clone();
    admin.patch(&format!("/queues/{}", queue["id"].as_str().unwrap()), wish).await.ok()
}

fn path(offer: &Value, verb: &str) -> String {
    format!("/offers/{}/{verb}", offer["data"]["id"].as_str().unwrap())
}

/// The next offer, taken: what it says, and of which conversation.
async fn take(agent: &Person, desk: &mut Socket) -> (Value, String) {
    let offer = desk.fact("offer.made").await;
    let id = agent.post(&path(&offer, "acceptance"), json!({})).await.ok()["id"].as_str().unwrap().to_owned();
    (offer["data"].clone(), id)
}

async fn close(agent: &Person, id: &str) {
    agent.post(&format!("/conversations/{id}/closure"), json!({})).await.ok();
}

on_both! { http::schema(&modules());

async fn peers_1_caps_are_never_overrun_and_freed_capacity_is_taken_at_once_in_turn(db: TestDb) {
    let (app, key, admin) = department(db).await;
    let ((one, mut desk_one), (two, mut desk_two)) = (ready(&app, &admin, 2).await, ready(&app, &admin, 1).await);
    let mut waiting = Vec::new();
    for text in ["一", "二", "三", "四", "五", "六"] {
        waiting.push(visitor(&app, &key, text).await);
        app.db.clock.advance(10);
    }
    let mut has = vec![take(&one, &mut desk_one).await, take(&one, &mut desk_one).await];
    let (_, third) = take(&two, &mut desk_two).await;
    // Three have all they can have: nobody is offered a fourth.
    assert_eq!((one.get("/offers").await.ok(), two.get("/offers").await.ok()), (json!([]), json!([])));
    for next in ["四", "五", "六"] {
        let (_, id) = has.remove(0);
        close(&one, &id).await;
        has.push(take(&one, &mut desk_one).await);
        assert_eq!(has[1].0["preview"], next);
        let mine = one.get("/conversations?state=active").await.ok();
        assert_eq!(mine["items"].as_array().unwrap().len(), 2);
    }
    close(&two, &third).await;
    app.finish().await;
}

async fn peers_1_room_for_one_kind_of_channel_is_kept_and_holds_up_no_other_kind(db: TestDb) {
    let (app, key, admin) = department(db).await;
    let (person, mut desk) = agent(&app, &admin, 3).await;
    let at = format!("/presences/{}/capacity", person.id());
    let refused = json!([{"kind": "email", "capacity": 51}]);
    admin.put(&at, json!({"capacity": 3, "channel_capacities": refused})).await.refused_field("channel_capacities", "out_of_range");
    let twice = json!([{"kind": "email", "capacity": 1}, {"kind": "email", "capacity": 2}]);
    admin.put(&at, json!({"capacity": 3, "channel_capacities": twice})).await.refused_field("channel_capacities", "repeated");
    let set = json!({"capacity": 3, "channel_capacities": [{"kind": "email", "capacity": 1}]});
    assert_eq!(admin.put(&at, set).await.ok()["channel_capacities"][0]["capacity"], 1);
    // Saying only how many of all leaves the rest as it was.
    assert_eq!(admin.put(&at, json!({"capacity": 3})).await.ok()["channel_capacities"][0]["capacity"], 1);
    let mailbox = |tx: &mut store::Tx<'_>| {
        let permit = Actor::System("test").permit("channels.manage", &Owned::NOBODY, tx.now())?;
        channels::api::open(tx, &permit, ChannelKind::Email, "邮箱")
    };
    let mail = app.app.db().write(&Origin::system("test"), mailbox).await.unwrap();
    for name in ["信一", "信二", "信三", "信四", "信五"] {
        letter(&app, &mail, name).await;
        app.db.clock.advance(10);
    }
    let _chat = visitor(&app, &key, "网页").await;
    person.put("/presence", json!({"state": "ready"})).await.ok();
    let (mail, first) = take(&person, &mut desk).await;
    let (chat, _) = take(&person, &mut desk).await;
    assert_eq!((&mail["customer_name"], &chat["preview"]), (&json!("信一"), &json!("网页")));
    app.settle().await;
    assert_eq!(person.get("/offers").await.ok(), json!([]));
    close(&person, &first).await;
    let (mail, _) = take(&person, &mut desk).await;
    assert_eq!(mail["customer_name"], "信二");
    let trail = admin.get(&format!("/audit-entries?action=routing.capacity_set&subject={}", person.id())).await.ok();
    assert!(trail["items"][0]["after"].as_str().unwrap().contains("email"), "{trail}");
    app.finish().await;
}

async fn r029_whom_a_rule_names_comes_first_until_others_waited_too_long(db: TestDb) {
    let (app, key, admin) = department(db).await;
    let rules = json!([{"word": "投诉", "priority": 2}]);
    terms(&admin, json!({"rules": rules, "outranks_seconds": 60})).await;
    let mut first = visitor(&app, &key, "你好").await;
    app.db.clock.advance(2_000);
    let _second = visitor(&app, &key, "我要投诉").await;
    // Who is passed hears it, with the next look at everybody's place.
    app.db.clock.advance(16_000);
    first.until(|frame| frame["t"] == "queue" && frame["position"] == 2).await;
    let (person, mut desk) = ready(&app, &admin, 1).await;
    let (offer, id) = take(&person, &mut desk).await;
    assert_eq!(offer["preview"], "我要投诉");
    let why = person.get(&format!("/offers/{}/explanation", offer["id"].as_str().unwrap())).await.ok();
    assert_eq!((&why["priority"], &why["outranked"]), (&json!(2), &json!(false)));
    app.db.clock.advance(60_000);
    let _third = visitor(&app, &key, "再投诉一次").await;
    close(&person, &id).await;
    let (offer, _) = take(&person, &mut desk).await;
    assert_eq!(offer["preview"], "你好");
    let why = person.get(&format!("/offers/{}/explanation", offer["id"].as_str().unwrap())).await.ok();
    assert_eq!((&why["priority"], &why["outranked"]), (&json!(0), &json!(true)));
    // Rules that are no more leave nobody before others.
    terms(&admin, json!({"rules": []})).await;
    app.finish().await;
}

async fn r029_a_customer_of_a_high_tier_comes_before_others(db: TestDb) {
    let (app, key, admin) = department(db).await;
    let _first = visitor(&app, &key, "你好").await;
    app.db.clock.advance(2_000);
    let _second = visitor(&app, &key, "在吗").await;
    let waiting = admin.get("/conversations?state=queued").await.ok();
    let second = waiting["items"].as_array().unwrap().iter().find(|row| row["preview"] == "在吗").unwrap();
    let customer = second["customer_id"].as_str().unwrap().parse().unwrap();
    let raise = move |tx: &mut store::Tx<'_>| customers::api::set_tier(tx, &[(customer, 2)]);
    app.app.db().write(&Origin::system("test"), raise).await.unwrap();
    terms(&admin, json!({"rules": [{"tier": 2, "priority": 1}]})).await;
    let (person, mut desk) = ready(&app, &admin, 1).await;
    assert_eq!(take(&person, &mut desk).await.0["preview"], "在吗");
    app.finish().await;
}

async fn peers_1_why_it_was_given_to_me_is_told_to_me_and_who_supervises_me_and_nobody_else(db: TestDb) {
    let (app, key, admin) = department(db).await;
    let ((away, _), (full, mut desk_full)) = (agent(&app, &admin, 3).await, ready(&app, &admin, 1).await);
    away.put("/presence", json!({"state": "not_ready", "reason": "小休"})).await.ok();
    let _one = visitor(&app, &key, "一").await;
    take(&full, &mut desk_full).await;
    let (mine, mut desk) = ready(&app, &admin, 1).await;
    let (later, _) = ready(&app, &admin, 1).await;
    let _two = visitor(&app, &key, "二").await;
    let offer = desk.fact("offer.made").await;
    assert_eq!(offer["data"]["why"], "idle_longest");
    let at = path(&offer, "explanation");
    let why = mine.get(&at).await.ok();
    assert_eq!((&why["why"], &why["user_id"], &why["state"]), (&json!("idle_longest"), &json!(mine.id()), &json!("open")));
    let of = |person: &Person| {
        let candidates = why["candidates"].as_array().unwrap();
        candidates.iter().find(|one| one["user_id"] == person.id()).unwrap()["verdict"].clone()
    };
    assert_eq!(why["candidates"][0]["user_id"], mine.id());
    assert_eq!([of(&mine), of(&later), of(&full), of(&away)], ["chosen", "idle_less", "no_room", "not_ready"]);
    assert!(why["candidates"].as_array().unwrap().iter().all(|one| !one["name"].as_str().unwrap().is_empty()));
    later.get(&at).await.refused(404, "not_found");
    assert_eq!(admin.get(&at).await.ok()["offer_id"], why["offer_id"]);
    let id = mine.post(&path(&offer, "acceptance"), json!({})).await.ok()["id"].as_str().unwrap().to_owned();
    let at = format!("/conversations/{id}/explanation");
    assert_eq!(mine.get(&at).await.ok()["offer_id"], why["offer_id"]);
    assert_eq!(admin.get(&at).await.ok()["state"], "accepted");
    later.get(&at).await.refused(404, "not_found");
    // Who was given it otherwise was not chosen.
    admin.post(&format!("/conversations/{id}/transfer"), json!({"user_id": later.id()})).await.ok();
    assert_eq!(later.get(&at).await.ok(), json!(null));
    app.finish().await;
}

async fn r004_only_the_skilled_are_asked_the_best_first_and_what_is_asked_sinks_with_the_wait(db: TestDb) {
    let (app, key, admin) = department(db).await;
    let skill = admin.post("/skills", json!({"name": "英语"})).await.ok()["id"].clone();
    admin.post("/skills", json!({"name": "英语"})).await.refused(409, "routing.name_taken");
    let asks = json!([{"skill_id": skill, "level": 4}]);
    terms(&admin, json!({"skills": asks, "sink_seconds": 60})).await;
    let ((low, mut desk_low), (high, mut desk_high)) = (agent(&app, &admin, 2).await, agent(&app, &admin, 1).await);
    for (person, level) in [(&low, 2), (&high, 5)] {
        let at = format!("/person-skills/{}", person.id());
        person.put(&at, json!({"skills": []})).await.refused(403, "forbidden");
        admin.put(&at, json!({"skills": [{"skill_id": skill, "level": 6}]})).await.refused_field("skills", "out_of_range");
        admin.put(&at, json!({"skills": [{"skill_id": skill, "level": level}]})).await.ok();
        person.put("/presence", json!({"state": "ready"})).await.ok();
    }
    let _one = visitor(&app, &key, "hello").await;
    let (offer, id) = take(&high, &mut desk_high).await;
    let why = high.get(&format!("/offers/{}/explanation", offer["id"].as_str().unwrap())).await.ok();
    assert_eq!(why["candidates"][1]["verdict"], "skill_below");
    let _two = visitor(&app, &key, "hi").await;
    assert_eq!(low.get("/offers").await.ok(), json!([]));
    // Two levels less after two minutes.
    app.db.clock.advance(119_000);
    assert_eq!(low.get("/offers").await.ok(), json!([]));
    app.db.clock.advance(1_000);
    assert_eq!(desk_low.fact("offer.made").await["data"]["preview"], "hi");
    close(&high, &id).await;
    let at = format!("/skills/{}", skill.as_str().unwrap());
    admin.delete(&at).await.refused(409, "routing.skill_asked");
    terms(&admin, json!({"skills": []})).await;
    assert_eq!(admin.delete(&at).await.status, 204);
    assert_eq!(admin.get("/person-skills").await.ok(), json!([]));
    let trail = admin.get("/audit-entries?action=routing.skills_set").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
    app.finish().await;
}

async fn peers_1_a_fair_limit_is_kept_and_others_help_out_after_the_set_wait(db: TestDb) {
    let (app, key, admin) = department(db).await;
    let (own, mut desk) = ready(&app, &admin, 5).await;
    let (other, mut desk_other) = ready(&app, &admin, 1).await;
    let members = json!([own.id()]);
    terms(&admin, json!({"member_ids": members, "fair_limit": 1, "overflow_seconds": 30})).await;
    let _one = visitor(&app, &key, "一").await;
    take(&own, &mut desk).await;
    let _two = visitor(&app, &key, "二").await;
    app.db.clock.advance(29_000);
    assert_eq!((own.get("/offers").await.ok(), other.get("/offers").await.ok()), (json!([]), json!([])));
    app.db.clock.advance(1_000);
    let (offer, _) = take(&other, &mut desk_other).await;
    assert_eq!((&offer["preview"], &offer["why"]), (&json!("二"), &json!("overflow")));
    let why = admin.get(&format!("/offers/{}/explanation", offer["id"].as_str().unwrap())).await.ok();
    assert_eq!((&why["candidates"][1]["user_id"], &why["candidates"][1]["verdict"]), (&json!(own.id()), &json!("fair_limit")));
    // An hour later there is room again, though nobody else has any.
    let _three = visitor(&app, &key, "三").await;
    app.db.clock.advance(3_600_000);
    assert_eq!(desk.fact("offer.made").await["data"]["preview"], "三");
    app.finish().await;
}

async fn peers_1_a_customer_waits_for_whom_they_know_no_longer_than_is_set(db: TestDb) {
    let (app, key, admin) = department(db).await;
    terms(&admin, json!({"hold_seconds": 60, "strategy": "round_robin"})).await;
    let (known, mut desk) = ready(&app, &admin, 1).await;
    let (mut socket, hello) = app.visitor_socket(&key, None).await;
    socket.send(json!({"t": "send", "client_id": "v1", "text": "第一次"})).await;
    let (_, id) = take(&known, &mut desk).await;
    close(&known, &id).await;
    let _busy = visitor(&app, &key, "别人").await;
    let (_, busy) = take(&known, &mut desk).await;
    let (other, mut desk_other) = ready(&app, &admin, 1).await;
    let token = hello["token"].as_str().map(str::to_owned);
    let (mut again, _) = app.visitor_socket(&key, token.as_deref()).await;
    again.send(json!({"t": "send", "client_id": "v2", "text": "第二次"})).await;
    again.until(|frame| frame["t"] == "ready").await;
    assert_eq!(other.get("/offers").await.ok(), json!([]));
    close(&known, &busy).await;
    let (offer, id) = take(&known, &mut desk).await;
    assert_eq!((&offer["preview"], &offer["why"]), (&json!("第二次"), &json!("served_last")));
    close(&known, &id).await;
    let _busy = visitor(&app, &key, "又是别人").await;
    // In turn: the other one is next, and is not asked twice while it is not their turn.
    let (_, id) = take(&other, &mut desk_other).await;
    close(&other, &id).await;
    known.put("/presence", json!({"state": "not_ready"})).await.ok();
    let (mut third, _) = app.visitor_socket(&key, token.as_deref()).await;
    third.send(json!({"t": "send", "client_id": "v3", "text": "第三次"})).await;
    // Whom they know takes no work: there is nobody to wait for.
    assert_eq!(desk_other.fact("offer.made").await["data"]["preview"], "第三次");
    app.finish().await;
}

async fn peers_1_whom_a_silent_agent_leaves_waiting_goes_back_into_the_queue_and_both_are_told(db: TestDb) {
    let (app, key, admin) = department(db).await;
    terms(&admin, json!({"silent_minutes": 3})).await;
    let mut customer = visitor(&app, &key, "在吗").await;
    // The wait in the queue is not theirs: they have three minutes from when they took it.
    app.db.clock.advance(170_000);
    let (silent, mut desk) = ready(&app, &admin, 1).await;
    let (_, id) = take(&silent, &mut desk).await;
    app.settle().await;
    app.db.clock.advance(179_000);
    let (other, mut desk_other) = ready(&app, &admin, 1).await;
    assert_eq!(admin.get(&format!("/conversations/{id}")).await.ok()["state"], "active");
    app.db.clock.advance(1_000);
    let told = desk.fact("conversation.taken_back").await;
    assert_eq!((&told["data"]["conversation_id"], &told["data"]["silent_minutes"]), (&json!(id), &json!(3)));
    customer.fact("conversation.requeued").await;
    // Somebody else is asked first.
    assert_eq!(take(&other, &mut desk_other).await.1, id);
    let trail = admin.get("/audit-entries?action=conversations.requeued").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 1);
    app.finish().await;
}

async fn h11_who_finishes_gets_nothing_new_and_rests_when_the_last_conversation_ends(db: TestDb) {
    let (app, key, admin) = department(db).await;
    let (person, mut desk) = ready(&app, &admin, 3).await;
    let _one = visitor(&app, &key, "一").await;
    let (_, id) = take(&person, &mut desk).await;
    let finishing = person.put("/presence", json!({"state": "finishing", "reason": "用餐"})).await.ok();
    assert_eq!((&finishing["state"], &finishing["reason"]), (&json!("finishing"), &json!("用餐")));
    let _two = visitor(&app, &key, "二").await;
    assert_eq!((person.get("/offers").await.ok(), admin.get("/desk").await.ok()["total"]["not_ready"].clone()), (json!([]), json!(1)));
    close(&person, &id).await;
    let rested = desk.until(|frame| frame["kind"] == "presence.changed" && frame["data"]["state"] == "not_ready").await;
    assert_eq!(rested["data"]["reason"], "用餐");
    // Who has nothing to finish rests at once.
    assert_eq!(person.put("/presence", json!({"state": "finishing"})).await.ok()["state"], "not_ready");
    app.finish().await;
}

async fn peers_1_who_waits_too_long_is_answered_later(db: TestDb) {
    let (app, key, admin) = department(db).await;
    terms(&admin, json!({"message_seconds": 120})).await;
    let mut customer = visitor(&app, &key, "有人吗").await;
    app.db.clock.advance(119_000);
    assert_eq!(admin.get("/conversations?state=queued").await.ok()["items"].as_array().unwrap().len(), 1);
    app.db.clock.advance(1_000);
    customer.fact("conversation.left_message").await;
    assert_eq!(admin.get("/conversations?state=message").await.ok()["items"].as_array().unwrap().len(), 1);
    app.finish().await;
}

async fn a_queue_refuses_terms_that_are_none(db: TestDb) {
    let (app, _, admin) = department(db).await;
    let queue = admin.get("/queues").await.ok()[0].clone();
    let at = format!("/queues/{}", queue["id"].as_str().unwrap());
    let unknown = json!({"skill_id": "skl_01jd3k5v2pf6z8q0w4x7y9abcd", "level": 3});
    for (wish, field, code) in [
        (json!({"rules": [{"priority": 2}]}), "rules", "required"),
        (json!({"rules": [{"word": "急"}]}), "rules", "required"),
        (json!({"rules": [{"word": "急", "priority": 4}]}), "rules", "out_of_range"),
        (json!({"rules": [{"tier": 0, "priority": 1}]}), "rules", "out_of_range"),
        (json!({"rules": [{"word": "急", "skill": unknown}]}), "rules", "unknown"),
        (json!({"skills": [unknown]}), "skills", "unknown"),
        (json!({"outranks_seconds": 9}), "outranks_seconds", "out_of_range"),
        (json!({"fair_limit": -1}), "fair_limit", "out_of_range"),
    ] {
        let mut wish = wish;
        wish["version"] = queue["version"].clone();
        admin.patch(&at, wish).await.refused_field(field, code);
    }
    assert_eq!(admin.get("/queues").await.ok()[0]["version"], queue["version"]);
    app.finish().await;
}

}
