//! What people rely on of customers' profiles.

use kernel::{CustomerId, Origin};
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

store::sql! {
    NO_PLACES = "DELETE FROM customer_places";
    NO_PAIRS = "DELETE FROM merge_suggestions";
    PLACES = "SELECT COUNT(*) FROM customer_places";
}

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
        let learn = move |tx: &mut store::Tx<'_>| {
            let fields = profiles::api::fillable(tx)?;
            let said = (fields.iter().find(|one| one.id == field).unwrap(), text);
            // What is rehearsed is told alike, and nothing of it is kept.
            let would = !profiles::api::learn(tx, customer, &[said], &source, true)?.is_empty();
            let learnt = !profiles::api::learn(tx, customer, &[said], &source, false)?.is_empty();
            assert_eq!(learnt, would);
            Ok(learnt)
        };
        desk.app.app.db().write(&Origin::system("test"), learn).await.unwrap()
    };
    use customers::SourceKind::{Customer, Import};
    let (taken, kept) = (true, false);
    let value = async || of(&desk.agent.get(&desk.path()).await.ok(), &city).unwrap()["value"].clone();
    assert_eq!(learn(Customer, 1_000, "杭州").await, taken);
    // Set by a list; an older talk says something else.
    assert_eq!(learn(Import, 3_000, "上海").await, taken);
    assert_eq!((learn(Customer, 2_000, "宁波").await, learn(Customer, 9_000, "宁波").await), (kept, kept));
    assert_eq!((learn(Import, 2_999, "苏州").await, learn(Import, 3_000, "苏州").await), (kept, kept));
    assert_eq!(value().await, "上海");
    assert_eq!(learn(Import, 4_000, "嘉兴").await, taken);
    desk.set(&desk.agent, &city, json!("绍兴")).await.ok();
    assert_eq!((learn(Import, 5_000, "湖州").await, value().await), (kept, json!("绍兴")));
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

async fn h13_r025_a_tag_says_who_set_it_on_what_and_until_when(db: TestDb) {
    let desk = desk(db).await;
    let group = desk.admin.post("/customer-tags", json!({"name": "需求", "colour": "warn"})).await.ok();
    let brakes = desk.admin.post("/customer-tags", json!({"name": "刹车需求", "parent_id": group["id"]})).await.ok();
    assert_eq!(brakes["colour"], "warn");
    desk.admin.post("/customer-tags", json!({"name": "刹车需求", "parent_id": group["id"]})).await.refused_field("name", "taken");
    desk.admin.post("/customer-tags", json!({"name": "太深", "parent_id": brakes["id"]})).await.refused_field("parent_id", "not_allowed");
    desk.agent.post("/customer-tags", json!({"name": "x"})).await.refused(403, "forbidden");
    let at = |who: &str, tag: &Value| format!("/customers/{who}/tags/{}", id(tag));
    let mine = at(&desk.customer, &brakes);
    desk.agent.put(&at(&desk.customer, &group), json!({})).await.refused_field("tag", "not_allowed");
    desk.agent.put(&mine, json!({"expires_at": 1})).await.refused_field("expires_at", "in_the_past");
    desk.agent.put(&mine, json!({"evidence": {"conversation_id": "javascript:1"}})).await.refused_field("evidence.conversation_id", "malformed");
    let talk = "cnv_00000000000000000000000001";
    let until = desk.app.db.clock.now().plus_millis(60_000).millis();
    let wish = json!({"evidence": {"conversation_id": talk, "seq": 3}, "expires_at": until});
    let profile = desk.agent.put(&mine, wish).await.ok();
    let shown = &profile["tags"][0];
    assert_eq!((&shown["name"], &shown["group"], &shown["by_id"]), (&json!("刹车需求"), &json!("需求"), &json!(desk.agent.id())));
    assert_eq!(shown["evidence"], json!({"conversation_id": talk, "seq": 3}));
    // It is over by itself.
    desk.app.db.clock.advance(61_000);
    assert_eq!(desk.agent.get(&desk.path()).await.ok()["tags"], json!([]));
    // Merged files' tags show on the one that is kept, and go back with them.
    let other = enter(&desk.admin, "王先生").await;
    desk.admin.put(&at(&other, &brakes), json!({})).await.ok();
    desk.admin.post(&format!("/customers/{other}/merge"), json!({"into": desk.customer})).await.ok();
    assert_eq!(desk.admin.get(&desk.path()).await.ok()["tags"][0]["from"], json!(other));
    assert_eq!(desk.admin.delete(&mine).await.ok()["tags"], json!([]));
    desk.admin.delete(&mine).await.refused(404, "not_found");
    desk.admin.delete(&format!("/customers/{other}/merge")).await.ok();
    assert_eq!(desk.admin.get(&format!("/customers/{other}/profile")).await.ok()["tags"][0]["name"], "刹车需求");
    assert_eq!(desk.admin.get(&desk.path()).await.ok()["tags"], json!([]));
    // Archived it is set no more, and stays where it was.
    desk.admin.patch(&format!("/customer-tags/{}", id(&brakes)), json!({"version": 1, "archived": true})).await.ok();
    desk.agent.put(&mine, json!({})).await.refused_field("tag", "not_allowed");
    assert_eq!(desk.admin.get(&format!("/customers/{other}/profile")).await.ok()["tags"].as_array().unwrap().len(), 1);
    let history = desk.agent.get(&format!("/customers/{}/profile-changes", desk.customer)).await.ok();
    assert_eq!((&history["items"][0]["what"], &history["items"][0]["after"]), (&json!("tag"), &json!(false)));
    desk.app.person("agent").await.put(&mine, json!({})).await.refused(404, "not_found");
}

async fn h21_r025_what_was_noticed_is_ones_own_and_is_over_in_time(db: TestDb) {
    let desk = desk(db).await;
    let path = format!("/customers/{}/observations", desk.customer);
    for (body, field) in [
        (json!({"kind": "preference", "words": " "}), "words"), (json!({"kind": "preference", "words": "长".repeat(301)}), "words"),
        (json!({"kind": "preference", "words": "喜欢靠窗", "expires_at": 5}), "expires_at"), (json!({"kind": "mood", "words": "烦躁"}), "kind"),
    ] {
        let refused = desk.agent.post(&path, body).await.refused(422, "invalid");
        assert_eq!(refused["fields"][0]["field"], field, "{refused}");
    }
    let until = desk.app.db.clock.now().plus_millis(60_000).millis();
    let profile = desk.agent.post(&path, json!({"kind": "preference", "words": "喜欢周末上午送货", "expires_at": until})).await.ok();
    let one = profile["observations"][0].clone();
    assert_eq!((&one["may_change"], &one["expired"], &one["by_id"]), (&json!(true), &json!(false), &json!(desk.agent.id())));
    // A colleague who serves the customer too would see it; only a supervisor changes what others said.
    let head = desk.app.person("administrator").await;
    let at = format!("{path}/{}", id(&one));
    let other = desk.admin.post(&path, json!({"kind": "caution", "words": "不要提上次的安装"})).await.ok()["observations"][0].clone();
    let seen = desk.agent.get(&desk.path()).await.ok();
    assert_eq!(seen["observations"][0]["may_change"], false);
    let theirs = format!("{path}/{}", id(&other));
    desk.agent.put(&theirs, json!({"version": 1, "kind": "caution", "words": "随便提"})).await.refused(403, "forbidden");
    desk.agent.delete(&format!("{theirs}?version=1")).await.refused(403, "forbidden");
    let changed = head.put(&at, json!({"version": 1, "kind": "preference", "words": "喜欢周日送货"})).await.ok();
    let changed = changed["observations"].as_array().unwrap().iter().find(|row| row["id"] == one["id"]).unwrap().clone();
    assert_eq!((&changed["words"], &changed["by_id"], &changed["version"]), (&json!("喜欢周日送货"), &json!(desk.agent.id()), &json!(2)));
    desk.agent.put(&at, json!({"version": 1, "kind": "preference", "words": "旧的"})).await.refused(409, "profiles.stale");
    desk.agent.put(&at, json!({"version": 2, "kind": "preference", "words": "喜欢周日送货", "expires_at": until})).await.ok();
    desk.app.db.clock.advance(61_000);
    let over = desk.agent.get(&desk.path()).await.ok();
    assert_eq!(over["observations"].as_array().unwrap().iter().filter(|row| row["expired"] == true).count(), 1);
    assert_eq!(desk.agent.delete(&format!("{at}?version=3")).await.ok()["observations"].as_array().unwrap().len(), 1);
    // The words are in the history and the export until they are erased, never on the trail.
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", desk.customer)).await.ok().to_string();
    assert!(!trail.contains("送货") && trail.contains("profiles.observation_withdrawn"));
    desk.admin.post(&format!("/customers/{}/erasure", desk.customer), json!({"reason": "客户要求删除"})).await.ok();
    let left = desk.admin.get(&format!("/customers/{}/export?reason=查验", desk.customer)).await.ok().to_string();
    assert!(!left.contains("送货") && !left.contains("安装"), "{left}");
}

async fn organisations_have_contact_persons_and_a_code_that_is_checked(db: TestDb) {
    let desk = desk(db).await;
    let kind = |who: &str| format!("/customers/{who}/kind");
    let contacts = |who: &str| format!("/customers/{who}/contact-persons");
    let (shop, works, li) = (enter(&desk.agent, "青禾门店").await, enter(&desk.agent, "净水厂").await, enter(&desk.agent, "李店长").await);
    desk.agent.put(&kind(&shop), json!({"kind": "organisation", "credit_code": "91350100M000100Y44"})).await.refused_field("credit_code", "malformed");
    desk.agent.put(&kind(&li), json!({"kind": "person", "credit_code": "91350100M000100Y43"})).await.refused_field("credit_code", "not_allowed");
    let profile = desk.agent.put(&kind(&shop), json!({"kind": "organisation", "credit_code": " 91350100m000100y43 "})).await.ok();
    assert_eq!((&profile["kind"], &profile["credit_code"]), (&json!("organisation"), &json!("91350100M000100Y43")));
    desk.agent.put(&kind(&works), json!({"kind": "organisation"})).await.ok();
    // Somebody speaks for several; each has one who is asked for first.
    for (at, body) in [(&shop, json!({"person_id": li, "role": "店长", "main": true})), (&works, json!({"person_id": li, "role": "采购"}))] {
        desk.agent.post(&contacts(at), body).await.ok();
    }
    let both = desk.agent.post(&contacts(&shop), json!({"person_id": desk.customer, "role": "财务", "main": true})).await.ok();
    let rows = both["contact_persons"].as_array().unwrap();
    assert_eq!(rows.iter().map(|row| (row["customer"]["name"].as_str().unwrap(), row["main"] == true)).collect::<Vec<_>>(), [("王小明", true), ("李店长", false)]);
    let speaks = desk.agent.get(&format!("/customers/{li}/profile")).await.ok();
    assert_eq!(speaks["contact_person_of"].as_array().unwrap().len(), 2);
    desk.agent.post(&contacts(&li), json!({"person_id": desk.customer})).await.refused_field("customer", "not_allowed");
    desk.agent.post(&contacts(&shop), json!({"person_id": works})).await.refused_field("person_id", "not_allowed");
    let beyond = enter(&desk.admin, "别人的客户").await;
    desk.agent.post(&contacts(&shop), json!({"person_id": beyond})).await.refused_field("person_id", "unknown");
    // Whom one may not see is not named.
    desk.admin.post(&contacts(&shop), json!({"person_id": beyond, "role": "秘密"})).await.ok();
    let seen = desk.agent.get(&format!("/customers/{shop}/profile")).await.ok();
    assert!(!seen.to_string().contains("别人的客户") && seen["contact_persons"].as_array().unwrap().len() == 3);
    let gone = desk.agent.delete(&format!("{}/{}", contacts(&shop), rows[0]["id"].as_str().unwrap())).await.ok();
    assert_eq!(gone["contact_persons"].as_array().unwrap().len(), 2);
}

async fn an_address_shows_the_way_to_the_district_and_the_door_for_a_reason(db: TestDb) {
    let desk = desk(db).await;
    let path = format!("/customers/{}/addresses", desk.customer);
    let home = json!({"kind": "home", "recipient": "王小明", "phone": "138 1234 5678", "province": "浙江省", "city": "杭州市",
        "district": "西湖区", "line": "文二路391号1202室", "post_code": "310012"});
    for (field, value, code) in [("line", json!(" "), "required"), ("phone", json!("12"), "malformed"), ("post_code", json!("<b>"), "malformed"), ("city", json!("长".repeat(21)), "too_long")] {
        let mut bad = home.clone();
        bad[field] = value;
        desk.agent.post(&path, bad).await.refused_field(field, code);
    }
    let first = desk.agent.post(&path, home.clone()).await.ok()["addresses"][0].clone();
    assert_eq!((&first["main"], &first["recipient"], &first["phone"], &first["line"]), (&json!(true), &json!("王**"), &json!("138****5678"), &json!("文二***")));
    let mut work = home.clone();
    (work["kind"], work["main"], work["line"]) = (json!("work"), json!(true), json!("江南大道588号"));
    let both = desk.agent.post(&path, work).await.ok();
    assert_eq!(both["addresses"].as_array().unwrap().iter().map(|row| row["main"] == true).collect::<Vec<_>>(), [true, false]);
    let at = format!("{path}/{}", id(&first));
    desk.agent.put(&at, json!({"version": 1, "address": home})).await.refused(409, "profiles.stale");
    let clear = desk.agent.post(&format!("{at}/unmasking"), json!({"reason": "上门安装"})).await.ok();
    assert_eq!((&clear["line"], &clear["phone"]), (&json!("文二路391号1202室"), &json!("+8613812345678")));
    desk.agent.delete(&format!("{at}?version=2")).await.ok();
    let history = desk.agent.get(&format!("/customers/{}/profile-changes", desk.customer)).await.ok();
    assert_eq!(history["items"][0]["before"], "浙江省杭州市西湖区文二***");
    let trail = desk.admin.get(&format!("/audit-entries?subject={}", desk.customer)).await.ok();
    for text in [history.to_string(), both.to_string(), trail.to_string()] {
        assert!(!text.contains("391") && !text.contains("12345678"), "{text}");
    }
}

async fn h12_a_whole_file_is_what_somebody_said_and_what_is_missing_is_named(db: TestDb) {
    let desk = desk(db).await;
    let wanted = "/wanted-details/person";
    assert_eq!(desk.agent.get(&desk.path()).await.ok()["completeness"], json!({"filled": 2, "wanted": 3, "missing": [{"detail": "phone", "name": null}]}));
    let plate = desk.field("text", json!({"name": "车牌"})).await;
    let secret = desk.field("money", json!({"name": "额度", "rules": {"unit": "CNY"}, "seen_by": [desk.role("administrator").await]})).await;
    let shop = desk.field("text", json!({"name": "门头", "applies_to": "organisation"})).await;
    let wish = |details: Value| json!({"version": 0, "details": details});
    desk.agent.put(wanted, wish(json!(["name"]))).await.refused(403, "forbidden");
    for bad in [&secret["id"], &shop["id"], &json!("credit_code"), &json!("mood")] {
        desk.admin.put(wanted, wish(json!(["name", bad]))).await.refused_field("details[1]", "not_allowed");
    }
    desk.admin.put(wanted, wish(json!([]))).await.refused_field("details", "required");
    desk.admin.put(wanted, wish(json!(["name", plate["id"], "address", "tag"]))).await.ok();
    desk.admin.put(wanted, wish(json!(["name"]))).await.refused(409, "profiles.stale");
    let missing = json!([{"detail": plate["id"], "name": "车牌"}, {"detail": "address", "name": null}, {"detail": "tag", "name": null}]);
    assert_eq!(desk.agent.get(&desk.path()).await.ok()["completeness"], json!({"filled": 1, "wanted": 4, "missing": missing}));
    let after = desk.set(&desk.agent, &plate, json!("浙A12345")).await.ok();
    assert_eq!(after["completeness"]["filled"], 2);
    // Lists are drawn by the same.
    let customer: CustomerId = desk.customer.parse().unwrap();
    let sources = desk.app.app.part::<http::SegmentSources>();
    let read = move |tx: &mut store::Tx<'_>| {
        let source = sources.0.iter().find(|source| source.module == "profiles").unwrap();
        Ok(((source.attributes)(tx)?, (source.values)(tx, &http::Asked::of([(customer, customer)]))?))
    };
    let (attributes, rows) = desk.app.app.db().read(&desk.app.system(), read).await.unwrap();
    assert!(!attributes.iter().any(|attribute| attribute.key.contains(secret["id"].as_str().unwrap())));
    let value = |key: &str| rows.iter().find(|row| row.key == key).map(|row| row.value.clone());
    assert_eq!(value("profiles.completeness"), Some(http::AttributeValue::Number(50)));
    assert_eq!(value("profiles.missing"), Some(http::AttributeValue::Set(vec!["address".into(), "tag".into()])));
    assert_eq!(value("profiles.kind"), Some(http::AttributeValue::Choice("person".into())));
}

async fn h14_two_who_are_called_alike_and_live_at_one_address_are_suggested_as_one(db: TestDb) {
    let desk = desk(db).await;
    let live = async |customer: &str, region: [&str; 3], line: &str| {
        let [province, city, district] = region;
        let address = json!({"kind": "home", "province": province, "city": city, "district": district, "line": line});
        id(&desk.admin.post(&format!("/customers/{customer}/addresses"), address).await.ok()["addresses"][0])
    };
    let pairs = async || {
        desk.app.settle().await;
        desk.admin.get("/merge-suggestions?state=open").await.ok()["items"].as_array().unwrap().clone()
    };
    let [same, neighbour, elsewhere, other] =
        [enter(&desk.agent, "汪曉明").await, enter(&desk.agent, "王小明").await, enter(&desk.agent, "王小明").await, enter(&desk.agent, "李红").await];
    live(&desk.customer, ["浙江省", "杭州市", "西湖区"], "文三路12号3栋502室").await;
    live(&neighbour, ["浙江省", "杭州市", "西湖区"], "文三路12号3栋503室").await;
    live(&elsewhere, ["浙江省", "宁波市", "海曙区"], "文三路12号3栋502室").await;
    live(&other, ["", "杭州", ""], "文三路12号3栋502室").await;
    assert_eq!(pairs().await.len(), 0, "a name alone says nothing, nor does a door alone");
    let address = live(&same, ["", "", ""], "浙江杭州西湖区文三路十二号－３－５０２").await;
    let found = pairs().await;
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["evidence"], json!([{"reason": "name_address", "shown": "浙江*** ≈ 浙江***"}]));

    // Those who were there before addresses were compared are found when everybody is looked at.
    let forget = |tx: &mut store::Tx<'_>| {
        tx.exec(&NO_PLACES, &[])?;
        tx.exec(&NO_PAIRS, &[]).map(drop)
    };
    desk.app.app.db().write(&desk.app.system(), forget).await.unwrap();
    assert_eq!(pairs().await.len(), 0);
    desk.admin.post("/duplicate-searches", json!({})).await.ok();
    assert_eq!(pairs().await.len(), 1);
    // Who moved is another; who is erased lives nowhere.
    desk.agent.delete(&format!("/customers/{same}/addresses/{address}?version=1")).await.ok();
    assert_eq!(pairs().await.len(), 0);
    desk.admin.post(&format!("/customers/{neighbour}/erasure"), json!({"reason": "本人要求"})).await.ok();
    let left = desk.app.app.db().read(&desk.app.system(), |tx| tx.one::<(i64,)>(&PLACES, &[])).await.unwrap().0;
    assert_eq!(left, 3);
}

}
