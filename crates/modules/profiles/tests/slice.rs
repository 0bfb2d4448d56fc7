//! What people rely on of customers' profiles.

use kernel::{CustomerId, Origin};
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

fn modules() -> Vec<http::Module> {
    vec![audit::module(), access::module(), customers::module(), profiles::module()]
}

/// An administrator, a supervisor, and an agent with a customer of theirs.
struct Desk {
    app: TestApp,
    admin: Person,
    supervisor: Person,
    agent: Person,
    customer: String,
}

async fn desk(db: testkit::TestDb) -> Desk {
    let app = TestApp::start(db, modules()).await;
    let (admin, supervisor, agent) =
        (app.person("administrator").await, app.person("supervisor").await, app.person("agent").await);
    let customer = enter(&agent, "王小明").await;
    Desk { app, admin, supervisor, agent, customer }
}

async fn enter(person: &Person, name: &str) -> String {
    id(&person.post("/customers", json!({"name": name})).await.ok())
}

fn id(thing: &Value) -> String {
    thing["id"].as_str().unwrap().to_owned()
}

impl Desk {
    async fn field(&self, kind: &str, more: Value) -> Value {
        let mut body = json!({"name": format!("{kind}字段"), "kind": kind, "personal": false});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.admin.post("/customer-fields", body).await.ok()
    }

    async fn role(&self, name: &str) -> Value {
        let roles = self.admin.get("/roles").await.ok();
        roles.as_array().unwrap().iter().find(|role| role["kind"] == name || role["name"] == name).unwrap()["id"]
            .clone()
    }

    fn path(&self) -> String {
        format!("/customers/{}/profile", self.customer)
    }

    async fn set(&self, person: &Person, field: &Value, value: Value) -> testkit::Reply {
        person.patch(&self.path(), json!({"values": [{"field_id": field["id"], "value": value}]})).await
    }
}

/// What a profile shows of a field.
fn of<'a>(profile: &'a Value, field: &Value) -> Option<&'a Value> {
    profile["fields"].as_array().unwrap().iter().find(|shown| shown["field_id"] == field["id"])
}

on_both! { http::schema(&modules());

async fn h14_a_field_is_defined_filled_in_and_archived_and_nothing_is_lost(db: TestDb) {
    let desk = desk(db).await;
    let choices = json!({"rules": {"choices": [{"id": "am", "label": "上午"}, {"id": "pm", "label": "下午"}]}});
    let time = desk.field("choice", choices).await;
    let miles = desk.field("number", json!({"rules": {"min": 0, "max": 1_000_000, "unit": "km"}, "section": "车辆"})).await;
    desk.agent.post("/customer-fields", json!({"name": "x", "kind": "text", "personal": false})).await.refused(403, "forbidden");
    desk.admin.post("/customer-fields", json!({"name": "NUMBER字段", "kind": "text", "personal": false})).await.refused_field("name", "taken");
    for (kind, rules, field) in [
        ("text", json!({"pattern": "("}), "rules.pattern"), ("choice", json!({}), "rules.choices"), ("money", json!({}), "rules.unit"),
        ("number", json!({"min": "x"}), "rules.min"), ("date", json!({"min": "2026-02-01", "max": "2026-01-01"}), "rules.max"),
    ] {
        let wish = json!({"name": "坏", "kind": kind, "personal": false, "rules": rules});
        let refused = desk.admin.post("/customer-fields", wish).await.refused(422, "invalid");
        assert_eq!(refused["fields"][0]["field"], field, "{refused}");
    }
    let both = json!({"values": [{"field_id": time["id"], "value": "am", "version": 0}, {"field_id": miles["id"], "value": 28400.5}]});
    let profile = desk.agent.patch(&desk.path(), both.clone()).await.ok();
    assert_eq!((&of(&profile, &time).unwrap()["value"], &of(&profile, &miles).unwrap()["value"]), (&json!("am"), &json!(28400.5)));
    assert_eq!(of(&profile, &miles).unwrap()["source"]["by"], json!(desk.agent.id()));
    // Somebody else's change in between is not run over; a bad value leaves all as it was.
    desk.agent.patch(&desk.path(), both).await.refused(409, "profiles.stale");
    let bad = json!({"values": [{"field_id": time["id"], "value": "pm"}, {"field_id": miles["id"], "value": -1}]});
    let refused = desk.agent.patch(&desk.path(), bad).await.refused(422, "invalid");
    assert_eq!((&refused["fields"][0]["field"], &refused["fields"][0]["code"]), (&json!("values[1].value"), &json!("out_of_range")));
    assert_eq!(of(&desk.agent.get(&desk.path()).await.ok(), &time).unwrap()["value"], "am");
    // A choice may be archived, not removed; where it was chosen it stays.
    let change = |choices: Value, archived: bool| json!({"version": 1, "name": "时段", "personal": false, "archived": archived, "rules": {"choices": choices}});
    let at = format!("/customer-fields/{}", id(&time));
    desk.admin.put(&at, change(json!([{"id": "pm", "label": "下午"}]), false)).await.refused_field("rules.choices", "archive_instead");
    desk.admin.put(&at, change(json!([{"id": "am", "label": "早上", "archived": true}, {"id": "pm", "label": "下午"}]), false)).await.ok();
    desk.admin.put(&at, change(json!([]), false)).await.refused(422, "invalid");
    desk.set(&desk.agent, &time, json!("pm")).await.ok();
    desk.set(&desk.agent, &time, json!("am")).await.refused_field("values[0].value", "no_longer_offered");
    // Archived it is gone from the profile, and back with what it said.
    let gone = json!({"version": 2, "name": "时段", "personal": false, "archived": true, "rules": {"choices": [{"id": "am", "label": "早上"}, {"id": "pm", "label": "下午"}]}});
    desk.admin.put(&at, gone.clone()).await.ok();
    assert!(of(&desk.agent.get(&desk.path()).await.ok(), &time).is_none());
    desk.set(&desk.agent, &time, json!("am")).await.refused_field("values[0].value", "unknown");
    let mut back = gone;
    (back["version"], back["archived"]) = (json!(3), json!(false));
    desk.admin.put(&at, back).await.ok();
    assert_eq!(of(&desk.agent.get(&desk.path()).await.ok(), &time).unwrap()["value"], "pm");
}

async fn h14_a_field_one_may_not_see_is_nowhere(db: TestDb) {
    let desk = desk(db).await;
    let leaders = json!([desk.role("administrator").await]);
    let budget = desk.field("money", json!({"name": "机密预算", "rules": {"unit": "CNY"}, "seen_by": leaders})).await;
    let grade = desk.field("text", json!({"name": "评级", "changed_by": leaders})).await;
    desk.set(&desk.admin, &budget, json!(7_654_321)).await.ok();
    desk.set(&desk.admin, &grade, json!("甲")).await.ok();
    let profile = desk.agent.get(&desk.path()).await.ok();
    let seen = of(&profile, &grade).unwrap();
    assert_eq!((&seen["value"], &seen["may_change"]), (&json!("甲"), &json!(false)));
    desk.set(&desk.agent, &grade, json!("乙")).await.refused(403, "forbidden");
    desk.set(&desk.agent, &budget, json!(1)).await.refused_field("values[0].value", "unknown");
    desk.agent.post(&format!("/customers/{}/fields/{}/unmasking", desk.customer, id(&budget)), json!({"reason": "看看"})).await.refused(404, "not_found");
    for text in [
        profile.to_string(),
        desk.agent.get("/customer-fields").await.ok().to_string(),
        desk.agent.get(&format!("/customers/{}/profile-changes", desk.customer)).await.ok().to_string(),
        desk.agent.get(&format!("/customers/{}/export?reason=客户索取", desk.customer)).await.ok().to_string(),
        desk.agent.get(&format!("/customers/{}/timeline", desk.customer)).await.ok().to_string(),
        desk.agent.get("/customers?q=7654321").await.ok().to_string(),
        desk.admin.get(&format!("/audit-entries?subject={}", desk.customer)).await.ok().to_string(),
    ] {
        assert!(!text.contains("7654321") && !text.contains("机密预算"), "{text}");
    }
    let whole = desk.admin.get(&format!("/customers/{}/export?reason=客户索取", desk.customer)).await.ok();
    assert!(whole["elsewhere"]["profiles"].to_string().contains("7654321") && whole["elsewhere"]["profiles"]["withheld"] == 0);
    // Beyond one's reach there is no profile at all; without a session neither.
    let other = desk.app.person("agent").await;
    for path in [desk.path(), format!("/customers/{}/profile-changes", desk.customer)] {
        other.get(&path).await.refused(404, "not_found");
        desk.app.anonymous().get(&path).await.refused(401, "unauthenticated");
    }
    desk.set(&other, &grade, json!("丙")).await.refused(404, "not_found");
    desk.supervisor.get(&desk.path()).await.refused(404, "not_found");
}

async fn h14_what_is_personal_is_masked_and_unmasked_for_a_reason(db: TestDb) {
    let desk = desk(db).await;
    let phone = desk.field("phone", json!({"personal": true})).await;
    desk.set(&desk.agent, &phone, json!("138 1234 5678")).await.ok();
    desk.set(&desk.agent, &phone, json!("13999995678")).await.ok();
    let profile = desk.agent.get(&desk.path()).await.ok();
    let shown = of(&profile, &phone).unwrap();
    assert_eq!((&shown["value"], &shown["masked"]), (&json!(null), &json!("139****5678")));
    let history = desk.agent.get(&format!("/customers/{}/profile-changes", desk.customer)).await.ok();
    assert_eq!((&history["items"][0]["before"], &history["items"][0]["after"]), (&json!("138****5678"), &json!("139****5678")));
    let unmasking = format!("/customers/{}/fields/{}/unmasking", desk.customer, id(&phone));
    desk.agent.post(&unmasking, json!({"reason": " "})).await.refused_field("reason", "required");
    assert_eq!(desk.agent.post(&unmasking, json!({"reason": "回电"})).await.ok()["value"], "+8613999995678");
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", desk.customer)).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].as_str().unwrap()).collect();
    assert_eq!(actions, ["profiles.unmasked", "profiles.filled_in", "profiles.filled_in", "customers.created"]);
    assert_eq!(trail["items"][0]["reason"], "回电");
    for text in [profile.to_string(), history.to_string(), trail.to_string()] {
        assert!(!text.contains("99995678") && !text.contains("12345678"), "{text}");
    }
    // Erased, nothing of it is left, but that something changed.
    desk.admin.post(&format!("/customers/{}/erasure", desk.customer), json!({"reason": "客户要求删除"})).await.ok();
    let left = desk.admin.get(&format!("/customers/{}/export?reason=查验", desk.customer)).await.ok();
    assert_eq!(left["elsewhere"]["profiles"]["fields"], json!([]));
    assert!(!left.to_string().contains("5678") && left["elsewhere"]["profiles"]["changes"].as_array().unwrap().len() == 2);
    desk.set(&desk.admin, &phone, json!("13999995678")).await.refused(409, "customers.erased");
}

async fn h12_an_older_value_does_not_overwrite_a_fresher_one(db: TestDb) {
    let desk = desk(db).await;
    let city = desk.field("text", json!({"name": "城市"})).await;
    let field: kernel::Id<profiles::CustomerField> = city["id"].as_str().unwrap().parse().unwrap();
    let customer: CustomerId = desk.customer.parse().unwrap();
    let learn = async |kind: customers::SourceKind, at: i64, text: &'static str| {
        let source = customers::Source { kind, at: kernel::Timestamp::from_millis(at), by: None, import_id: None };
        let learnt = desk.app.app.db().write(&Origin::system("test"), move |tx| profiles::api::learn(tx, customer, field, text, &source)).await;
        learnt.unwrap()
    };
    use customers::SourceKind::{Customer, Import};
    use profiles::Learnt::{Kept, Taken};
    let value = async || of(&desk.agent.get(&desk.path()).await.ok(), &city).unwrap()["value"].clone();
    assert_eq!(learn(Customer, 1_000, "杭州").await, Taken);
    // Set by a list; an older talk says something else.
    assert_eq!(learn(Import, 3_000, "上海").await, Taken);
    assert_eq!((learn(Customer, 2_000, "宁波").await, learn(Customer, 9_000, "宁波").await), (Kept, Kept));
    assert_eq!((learn(Import, 2_999, "苏州").await, learn(Import, 3_000, "苏州").await), (Kept, Kept));
    assert_eq!(value().await, "上海");
    assert_eq!(learn(Import, 4_000, "嘉兴").await, Taken);
    desk.set(&desk.agent, &city, json!("绍兴")).await.ok();
    assert_eq!((learn(Import, 5_000, "湖州").await, value().await), (Kept, json!("绍兴")));
}

async fn h14_merged_files_show_as_one_and_part_with_what_was_theirs(db: TestDb) {
    let desk = desk(db).await;
    let (city, shop) = (desk.field("text", json!({"name": "城市"})).await, desk.field("text", json!({"name": "门店"})).await);
    let other = enter(&desk.admin, "王先生").await;
    let theirs = format!("/customers/{other}/profile");
    desk.set(&desk.admin, &city, json!("杭州")).await.ok();
    desk.admin.patch(&theirs, json!({"values": [{"field_id": city["id"], "value": "上海"}, {"field_id": shop["id"], "value": "徐汇店"}]})).await.ok();
    desk.admin.post(&format!("/customers/{other}/merge"), json!({"into": desk.customer})).await.ok();
    let one = desk.admin.get(&theirs).await.ok();
    assert_eq!((&one["customer_id"], &of(&one, &city).unwrap()["value"]), (&json!(desk.customer), &json!("杭州")));
    assert_eq!((&of(&one, &shop).unwrap()["value"], &of(&one, &shop).unwrap()["from"]), (&json!("徐汇店"), &json!(other)));
    // Emptied on the one that is kept, it shows no more; the alias keeps it.
    desk.set(&desk.admin, &shop, json!(null)).await.ok();
    assert_eq!(of(&desk.admin.get(&desk.path()).await.ok(), &shop).unwrap()["value"], json!(null));
    desk.admin.delete(&format!("/customers/{other}/merge")).await.ok();
    let (mine, theirs) = (desk.admin.get(&desk.path()).await.ok(), desk.admin.get(&theirs).await.ok());
    assert_eq!((&of(&mine, &city).unwrap()["value"], &of(&mine, &shop).unwrap()["value"]), (&json!("杭州"), &json!(null)));
    assert_eq!((&of(&theirs, &city).unwrap()["value"], &of(&theirs, &shop).unwrap()["value"]), (&json!("上海"), &json!("徐汇店")));
}

}
