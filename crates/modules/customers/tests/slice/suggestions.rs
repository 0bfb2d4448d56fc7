//! R026: two who may be one person are suggested by what they have in common, never by their name; merged, taken
//! back and dismissed by people.

use customers::api;
use kernel::CustomerId;
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

use super::{channel, id, modules};

store::sql! {
    NO_SUGGESTIONS = "DELETE FROM merge_suggestions";
    NO_KEYS = "DELETE FROM customer_keys";
}

async fn enter(person: &Person, name: &str, phone: Option<&str>, email: Option<&str>) -> Value {
    person.post("/customers", json!({"name": name, "phone": phone, "email": email})).await.ok()
}

async fn suggestions(app: &TestApp, person: &Person) -> Vec<Value> {
    app.settle().await;
    person.get("/merge-suggestions").await.ok()["items"].as_array().unwrap().clone()
}

on_both! { http::schema(&modules());

async fn r026_the_same_number_or_address_is_suggested_and_a_name_alone_never(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let one = enter(&admin, "王小明", Some("13812345678"), None).await;
    enter(&admin, "王小明", Some("13900000000"), None).await;
    assert_eq!(suggestions(&app, &admin).await, Vec::<Value>::new());
    let other = enter(&admin, "王先生", Some("+86 138-1234-5678"), Some("W@example.com")).await;
    let [row] = &suggestions(&app, &admin).await[..] else { panic!("one pair") };
    assert_eq!(row["evidence"], json!([{"reason": "phone", "shown": "138****5678"}]));
    assert_eq!((&row["one"]["id"], &row["other"]["id"]), (&one["id"], &other["id"]));
    assert!(!row.to_string().contains("12345678") && !row.to_string().contains("w@example"));
    // A second thing in common joins the same row; when nothing is left, the row goes.
    admin.patch(&format!("/customers/{}", id(&one)), json!({"version": 1, "email": "w@EXAMPLE.com"})).await.ok();
    let rows = suggestions(&app, &admin).await;
    assert_eq!((rows.len(), rows[0]["evidence"].as_array().unwrap().len(), &rows[0]["id"]), (1, 2, &row["id"]));
    admin.patch(&format!("/customers/{}", id(&one)), json!({"version": 2, "email": "", "phone": "13712121212"})).await.ok();
    assert_eq!(suggestions(&app, &admin).await, Vec::<Value>::new());
}

async fn h14_who_was_entered_twice_with_a_slip_is_found_also_of_those_there_before(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let one = enter(&admin, "王小明", Some("13812345678"), Some("xiaoming.w@qq.com")).await;
    let other = enter(&admin, "王曉明", Some("13812345687"), None).await;
    enter(&admin, "李小明", Some("13812345677"), Some("xiaomingw@qq.com")).await;
    let [row] = &suggestions(&app, &admin).await[..] else { panic!("one pair") };
    assert_eq!(row["evidence"], json!([{"reason": "name_phone", "shown": "138****5678 ≈ 138****5687"}]));
    assert_eq!((&row["one"]["id"], &row["other"]["id"]), (&one["id"], &other["id"]));
    // As if both had been there before anybody looked.
    let forget = |tx: &mut store::Tx<'_>| tx.exec(&NO_SUGGESTIONS, &[]).and_then(|_| tx.exec(&NO_KEYS, &[]));
    app.app.db().write(&app.system(), forget).await.unwrap();
    agent.post("/duplicate-searches", json!({})).await.refused(403, "forbidden");
    let begun = admin.post("/duplicate-searches", json!({})).await.ok();
    assert_eq!((&begun["state"], &begun["total"]), (&json!("running"), &json!(3)));
    app.settle().await;
    let latest = admin.get("/duplicate-searches").await.ok();
    assert_eq!((&latest[0]["state"], &latest[0]["looked"], &latest[0]["found"]), (&json!("done"), &json!(3), &json!(1)));
    // Once more finds nothing new; whoever corrects the number is two people again.
    admin.post("/duplicate-searches", json!({})).await.ok();
    app.settle().await;
    assert_eq!(admin.get("/duplicate-searches").await.ok()[0]["found"], 0);
    admin.patch(&format!("/customers/{}", id(&other)), json!({"version": 1, "name": "赵曉明"})).await.ok();
    assert_eq!(suggestions(&app, &admin).await, Vec::<Value>::new());
    app.finish().await;
}

async fn r026_what_many_share_and_a_hotline_say_nothing(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    for n in 0..2 {
        enter(&admin, &format!("热线{n}"), Some("400-820-8820"), None).await;
    }
    assert_eq!(suggestions(&app, &admin).await.len(), 0);
    for n in 0..12 {
        enter(&admin, &format!("总机{n}"), Some("021 5888 8888"), None).await;
    }
    let pairs = suggestions(&app, &admin).await.len();
    assert!(pairs <= 15, "{pairs}");
}

async fn r026_who_is_the_same_elsewhere_is_suggested(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let met = app.app.db().write(&app.system(), |tx| {
        let one = api::for_identity(tx, channel(1), "wechat:a", Some("小王"))?.id;
        let other = api::for_identity(tx, channel(2), "wecom:b", Some("王"))?.id;
        api::known_to_wechat(tx, one, "union-1")?;
        api::known_to_wechat(tx, other, "union-1")?;
        api::known_to_wechat(tx, other, "union-1")?;
        Ok([one, other])
    }).await.unwrap();
    let [row] = &suggestions(&app, &admin).await[..] else { panic!("one pair") };
    assert_eq!(row["evidence"], json!([{"reason": "wechat", "shown": null}]));
    assert!(!row.to_string().contains("union-1"));
    assert_eq!(met.map(|id: CustomerId| id.to_string()), [id(&row["one"]), id(&row["other"])]);
    let export = admin.get(&format!("/customers/{}/export?reason=客户索取", met[0])).await.ok();
    assert_eq!(export["names_elsewhere"], json!([{"kind": "wechat", "mark": "union-1"}]));
    assert_eq!(export["suggestions"].as_array().unwrap().len(), 1);
}

async fn r026_a_merge_takes_what_was_chosen_and_its_undo_gives_it_back(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let one = enter(&admin, "王小明", Some("13812345678"), None).await;
    let other = enter(&admin, "王先生", Some("13812345678"), Some("w@example.com")).await;
    let row = suggestions(&app, &admin).await.remove(0);
    let path = format!("/merge-suggestions/{}", id(&row));
    let accept = async |body: Value| admin.post(&format!("{path}/acceptance"), body).await;
    accept(json!({"keep": "cus_00000000000000000000000000"})).await.refused_field("keep", "unknown");
    accept(json!({"keep": id(&one), "take": ["password"]})).await.refused(422, "invalid");
    let kept = accept(json!({"keep": id(&one), "take": ["email", "phone", "name"]})).await.ok();
    assert_eq!((&kept["id"], &kept["name"], &kept["email"]), (&one["id"], &json!("王先生"), &json!("w***@example.com")));
    accept(json!({"keep": id(&one)})).await.refused(409, "customers.suggestion_decided");
    assert_eq!(suggestions(&app, &admin).await.len(), 0);
    let merged = admin.get("/merge-suggestions?state=merged").await.ok();
    assert_eq!((&merged["items"][0]["alias_id"], &merged["items"][0]["state"]), (&other["id"], &json!("merged")));
    assert_eq!(admin.get(&format!("/customers/{}", id(&other))).await.ok()["id"], one["id"]);
    // What somebody changed since stays; the rest is as it was.
    let version = kept["version"].as_i64().unwrap();
    admin.patch(&format!("/customers/{}", id(&one)), json!({"version": version, "name": "王大明"})).await.ok();
    admin.delete(&format!("{path}/acceptance")).await.ok();
    let back = admin.get(&format!("/customers/{}", id(&one))).await.ok();
    assert_eq!((&back["name"], &back["email"], &back["phone"]), (&json!("王大明"), &json!(null), &json!("138****5678")));
    assert_eq!(admin.get(&format!("/customers/{}", id(&other))).await.ok()["id"], other["id"]);
    // It is open again: taking a merge back decides nothing.
    assert_eq!(suggestions(&app, &admin).await[0]["id"], row["id"]);
    admin.delete(&format!("{path}/acceptance")).await.refused(409, "customers.not_merged");
    // Merged and taken back by the customer's own operations, the row follows at once.
    admin.post(&format!("/customers/{}/merge", id(&other)), json!({"into": id(&one)})).await.ok();
    assert_eq!(admin.get("/merge-suggestions?state=merged").await.ok()["items"][0]["decided_by_name"], merged["items"][0]["decided_by_name"]);
    admin.delete(&format!("/customers/{}/merge", id(&other))).await.ok();
    assert_eq!(suggestions(&app, &admin).await[0]["id"], row["id"]);
    let trail = admin.get(&format!("/audit-entries?subject={}", id(&other))).await.ok();
    assert!(!trail.to_string().contains("13812345678") && trail.to_string().contains("customers.unmerged"));
}

async fn r026_what_is_dismissed_stays_so_until_there_is_another_reason(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let one = enter(&admin, "父亲", Some("13812345678"), None).await;
    let other = enter(&admin, "儿子", Some("13812345678"), None).await;
    let row = suggestions(&app, &admin).await.remove(0);
    let path = format!("/merge-suggestions/{}/dismissal", id(&row));
    admin.post(&path, json!({})).await.ok();
    admin.post(&path, json!({})).await.refused(409, "customers.suggestion_decided");
    admin.patch(&format!("/customers/{}", id(&one)), json!({"version": 1, "name": "老王", "phone": "138 1234 5678"})).await.ok();
    assert_eq!(suggestions(&app, &admin).await.len(), 0);
    // Also when one of them is known under another row since.
    let third = enter(&admin, "老王二", None, None).await;
    admin.post(&format!("/customers/{}/merge", id(&one)), json!({"into": id(&third)})).await.ok();
    assert_eq!(suggestions(&app, &admin).await.len(), 0);
    admin.delete(&format!("/customers/{}/merge", id(&one))).await.ok();
    for customer in [&one, &other] {
        let now = admin.get(&format!("/customers/{}", id(customer))).await.ok();
        admin.patch(&format!("/customers/{}", id(customer)), json!({"version": now["version"], "email": "home@example.com"})).await.ok();
    }
    assert_eq!(suggestions(&app, &admin).await[0]["id"], row["id"]);
    admin.post(&path, json!({})).await.ok();
    admin.delete(&path).await.ok();
    assert_eq!(suggestions(&app, &admin).await[0]["id"], row["id"]);
    admin.delete(&path).await.refused(409, "customers.suggestion_not_dismissed");
}

async fn r026_a_suggestion_is_there_for_those_who_may_see_both(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (one, other, admin) = (app.person("agent").await, app.person("agent").await, app.person("administrator").await);
    let mine = enter(&one, "王小明", Some("13812345678"), None).await;
    enter(&other, "王先生", Some("13812345678"), None).await;
    let row = suggestions(&app, &admin).await.remove(0);
    for agent in [&one, &other] {
        assert_eq!(suggestions(&app, agent).await.len(), 0);
        agent.post(&format!("/merge-suggestions/{}/acceptance", id(&row)), json!({"keep": id(&mine)})).await.refused(404, "not_found");
        agent.post(&format!("/merge-suggestions/{}/dismissal", id(&row)), json!({})).await.refused(404, "not_found");
    }
    let own = format!("/customers/{}/merge-suggestions", id(&mine));
    assert_eq!(one.get(&own).await.ok(), json!([]));
    other.get(&own).await.refused(404, "not_found");
    assert_eq!(admin.get(&own).await.ok().as_array().unwrap().len(), 1);
    // Both one's own: seen, but not decided without the right to.
    enter(&one, "小王", Some("13812345678"), None).await;
    let [pair] = &suggestions(&app, &one).await[..] else { panic!("one pair") };
    one.post(&format!("/merge-suggestions/{}/dismissal", id(pair)), json!({})).await.refused(403, "forbidden");
    app.anonymous().get("/merge-suggestions").await.refused(401, "unauthenticated");
}

async fn r026_an_erasure_leaves_nothing_to_suggest(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let mut all = Vec::new();
    for name in ["甲", "乙", "丙"] {
        all.push(enter(&admin, name, Some("13812345678"), Some("x@example.com")).await);
    }
    assert_eq!(suggestions(&app, &admin).await.len(), 3);
    let merge = json!({"into": id(&all[1]), "take": ["name"]});
    admin.post(&format!("/customers/{}/merge", id(&all[0])), merge).await.ok();
    // The third is one pair with whoever is kept.
    assert_eq!(suggestions(&app, &admin).await.len(), 1);
    let export = admin.get(&format!("/customers/{}/export?reason=客户索取", id(&all[1]))).await.ok();
    assert_eq!(export["takeovers"][0]["kept"]["name"], "乙");
    admin.post(&format!("/customers/{}/erasure", id(&all[1])), json!({"reason": "客户要求"})).await.ok();
    assert_eq!(suggestions(&app, &admin).await.len(), 0);
    assert_eq!(admin.get("/merge-suggestions?state=merged").await.ok()["items"], json!([]));
    let export = admin.get(&format!("/customers/{}/export?reason=查验", id(&all[1]))).await.ok();
    assert_eq!((&export["takeovers"], &export["names_elsewhere"], &export["suggestions"]), (&json!([]), &json!([]), &json!([])));
}

async fn r026_whoever_watches_the_list_is_told_without_a_name(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
    let mut socket = app.staff_socket(&agent).await;
    socket.watch("merge_suggestions").await;
    enter(&admin, "王小明", Some("13812345678"), None).await;
    enter(&admin, "王先生", Some("13812345678"), None).await;
    let told = socket.fact("merge_suggestion.changed").await;
    let mut fields: Vec<_> = told["data"].as_object().unwrap().keys().cloned().collect();
    fields.sort();
    assert_eq!(fields, ["id", "version"]);
}

async fn r026_pairs_found_at_once_from_both_sides_are_one_row(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let entering = (0..4).map(|n| {
        let (db, system) = (app.app.db().clone(), app.system());
        tokio::spawn(async move {
            db.write(&system, move |tx| {
                let id = api::for_identity(tx, channel(1), &format!("v{n}"), None)?.id;
                let given = api::Given { phone: Some("13812345678".into()), ..api::Given::default() };
                api::take(tx, id, &given)
            }).await
        })
    });
    for one in entering.collect::<Vec<_>>() {
        one.await.unwrap().unwrap();
    }
    assert_eq!(suggestions(&app, &admin).await.len(), 6);
}

}
