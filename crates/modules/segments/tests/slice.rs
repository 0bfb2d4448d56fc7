//! What people rely on of segments and of lists taken along.

use http::{
    Asked, Attribute, AttributeChoice, AttributeKind, AttributeLabel, AttributeRow, AttributeValue, SegmentSource,
};
use kernel::{CustomerId, Result, Timestamp};
use serde_json::{Value, json};
use store::Tx;
use testkit::{Person, TestApp, on_both};

const DAY: i64 = 86_400_000;

fn modules() -> Vec<http::Module> {
    let diary = SegmentSource { module: "diary", attributes, values };
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
        segments::module(),
        http::Module::new("diary").segment(diary),
    ]
}

/// A module that knows what stands in a customer's note, as JSON.
fn attributes(_tx: &mut Tx<'_>) -> Result<Vec<Attribute>> {
    let attribute = |key: &str, kind, personal, permission| Attribute {
        key: format!("diary.{key}"),
        kind,
        label: AttributeLabel::Text(key.into()),
        permission,
        personal,
        choices: vec![AttributeChoice { value: "f".into(), label: AttributeLabel::Text("女".into()) }],
    };
    Ok(vec![
        attribute("sex", AttributeKind::Choice, true, None),
        attribute("tags", AttributeKind::Set, false, None),
        attribute("birthday", AttributeKind::Date, false, None),
        attribute("debts", AttributeKind::Money, false, Some("customers.erase")),
    ])
}

fn values(tx: &mut Tx<'_>, asked: &Asked) -> Result<Vec<AttributeRow>> {
    let mut rows = Vec::new();
    for customer in customers::api::families(tx, &asked.ids())? {
        let (Ok(known), Some(customer_id)) = (serde_json::from_str::<Value>(&customer.note), asked.whose(customer.id))
        else {
            continue;
        };
        let mut say = |key: &str, value| rows.push(AttributeRow { customer_id, key: format!("diary.{key}"), value });
        if let Some(sex) = known["sex"].as_str() {
            say("sex", AttributeValue::Choice(sex.into()));
        }
        if let Some(tags) = known["tags"].as_array() {
            say("tags", AttributeValue::Set(tags.iter().filter_map(|tag| tag.as_str().map(str::to_owned)).collect()));
        }
        if let Some(birthday) = known["birthday"].as_i64() {
            say("birthday", AttributeValue::Date(Timestamp::from_millis(birthday)));
        }
        if let Some(debts) = known["debts"].as_i64() {
            say("debts", AttributeValue::Number(debts));
        }
    }
    Ok(rows)
}

/// What was told is looked at.
async fn looked_at(app: &TestApp) {
    app.settle().await;
    app.app.clock().advance(3_000);
    app.settle().await;
}

async fn enter(keeper: &Person, name: &str, phone: &str, stage: &str, note: Value) -> Value {
    let body = json!({"name": name, "phone": phone, "stage": stage, "note": note.to_string()});
    keeper.post("/customers", body).await.ok()
}

fn all(conditions: Value) -> Value {
    json!({"match": "all", "conditions": conditions})
}

async fn count(person: &Person, rule: Value) -> Value {
    person.post("/segment-previews", json!({"rule": rule})).await.ok()["count"].clone()
}

fn names(page: &Value) -> Vec<&str> {
    page["items"].as_array().unwrap().iter().map(|row| row["name"].as_str().unwrap()).collect()
}

/// Six customers: four of one agent's, two of another's.
async fn six(app: &TestApp) -> (Person, Person, Person) {
    let (admin, one, other) = (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    // The eighth of March and the first of August 1990, in China.
    let (march, august) = (636_822_000_000_i64, 649_440_000_000_i64);
    enter(
        &one,
        "王小明",
        "13812345678",
        "customer",
        json!({"sex": "f", "tags": ["vip", "老客户"], "birthday": march, "debts": 900}),
    )
    .await;
    enter(&one, "汪涵", "13912345678", "customer", json!({"sex": "f", "tags": ["vip"], "birthday": august})).await;
    enter(&one, "安娜", "13712345678", "lead", json!({"sex": "f", "tags": []})).await;
    enter(&one, "Bob", "", "contact", json!({"sex": "m"})).await;
    enter(&other, "万里", "13612345678", "customer", json!({"sex": "f", "tags": ["老客户"], "debts": 0})).await;
    enter(&other, "=cmd|' /C calc'!A0", "13512345678", "customer", json!({"sex": "f"})).await;
    looked_at(app).await;
    (admin, one, other)
}

on_both! { http::schema(&modules());

async fn h13_a_rule_counts_whom_it_means(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, _) = six(&app).await;
    let one_id = one.id();
    for (conditions, expected) in [
        (json!([]), 6),
        (json!([{"attribute": "customers.stage", "test": "is", "values": ["customer"]}]), 4),
        (json!([{"attribute": "customers.stage", "test": "is_not", "values": ["customer", "lead"]}]), 1),
        (json!([{"attribute": "customers.owner", "test": "is", "values": [one_id]}]), 4),
        (json!([{"attribute": "customers.has_phone", "test": "no"}]), 1),
        (json!([{"attribute": "customers.created", "test": "within_days", "numbers": [1]}]), 6),
        (json!([{"attribute": "customers.last_contact", "test": "not_within_days", "numbers": [30]}]), 6),
        (json!([{"attribute": "customers.last_contact", "test": "known"}]), 0),
        (json!([{"attribute": "diary.tags", "test": "has_any", "values": ["vip", "nobody"]}]), 2),
        (json!([{"attribute": "diary.tags", "test": "has_all", "values": ["vip", "老客户"]}]), 1),
        (json!([{"attribute": "diary.tags", "test": "has_all", "values": ["vip", "nobody"]}]), 0),
        (json!([{"attribute": "diary.tags", "test": "has_none", "values": ["vip"]}]), 4),
        (json!([{"attribute": "diary.birthday", "test": "in_months", "numbers": [3]}]), 1),
        (json!([{"attribute": "diary.birthday", "test": "in_months", "numbers": [8, 12]}]), 1),
        (json!([{"attribute": "diary.birthday", "test": "before", "numbers": [640_000_000_000_i64]}]), 1),
        (json!([{"attribute": "diary.debts", "test": "at_least", "numbers": [1]}]), 1),
        (json!([{"attribute": "diary.debts", "test": "between", "numbers": [0, 900]}]), 2),
        (json!([{"attribute": "conversations.opened", "test": "happened_less", "numbers": [1, 30]}]), 6),
        (json!([
            {"attribute": "customers.stage", "test": "is", "values": ["customer"]},
            {"attribute": "customers.owner", "test": "is", "values": [one_id]},
            {"attribute": "customers.has_phone", "test": "yes"},
            {"attribute": "customers.created", "test": "within_days", "numbers": [7]},
            {"attribute": "diary.tags", "test": "has_any", "values": ["vip"]},
        ]), 2),
    ] {
        assert_eq!(count(&admin, all(conditions.clone())).await, json!(expected), "{conditions}");
    }
    let nested = json!({"match": "any", "conditions": [{"attribute": "customers.stage", "test": "is", "values": ["lead"]}], "groups": [
        {"match": "none", "conditions": [{"attribute": "customers.has_phone", "test": "yes"}]},
    ]});
    assert_eq!(count(&admin, nested).await, json!(2));
    // What one may not see of a customer one does not learn by drawing segments, nor anything of others' customers.
    let debts = all(json!([{"attribute": "diary.debts", "test": "known"}]));
    one.post("/segment-previews", json!({"rule": debts})).await.refused_field("rule.0", "unknown_attribute");
    assert!(!one.get("/segment-attributes").await.ok().to_string().contains("diary.debts"));
    assert_eq!(count(&one, all(json!([]))).await, json!(4));
    assert_eq!(count(&one, all(json!([{"attribute": "diary.tags", "test": "has_any", "values": ["老客户"]}]))).await, json!(1));
    let wrong = all(json!([{"attribute": "customers.stage", "test": "at_least", "numbers": [1]}]));
    admin.post("/segments", json!({"name": "x", "rule": wrong})).await.refused_field("rule.0", "wrong_test");
    app.anonymous().post("/segment-previews", json!({"rule": all(json!([]))})).await.refused(401, "unauthenticated");
}

async fn h13_a_segment_follows_what_becomes_of_its_members(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, other) = six(&app).await;
    let rule = all(json!([{"attribute": "diary.tags", "test": "has_any", "values": ["vip"]}]));
    let made = admin.post("/segments", json!({"name": " 重要客户 ", "rule": rule, "shared": true})).await.ok();
    let path = format!("/segments/{}", made["id"].as_str().unwrap());
    assert_eq!(made["name"], json!("重要客户"));
    let members = format!("{path}/members?sort=name");
    assert_eq!(names(&one.get(&members).await.ok()), ["汪涵", "王小明"]);
    assert_eq!(names(&other.get(&members).await.ok()), Vec::<&str>::new());
    let first = admin.get(&format!("{members}&limit=1&order=desc")).await.ok();
    assert_eq!(names(&first), ["王小明"]);
    let rest = admin.get(&format!("{members}&limit=1&order=desc&cursor={}", first["next_cursor"].as_str().unwrap())).await.ok();
    assert_eq!((names(&rest), &rest["next_cursor"]), (vec!["汪涵"], &json!(null)));
    // One more, one who becomes somebody else, one who is erased.
    let anna = one.get("/customers?q=anna").await.ok()["items"][0].clone();
    let note = json!({"tags": ["vip"]}).to_string();
    one.patch(&format!("/customers/{}", anna["id"].as_str().unwrap()), json!({"version": 1, "note": note})).await.ok();
    looked_at(&app).await;
    assert_eq!(admin.get(&format!("{path}/count")).await.ok()["count"], json!(3));
    let id = |name: &'static str| {
        let admin = admin.clone();
        async move { admin.get(&format!("/customers?q={name}")).await.ok()["items"][0]["id"].as_str().unwrap().to_owned() }
    };
    let (wang, bob, han) = (id("wxm").await, id("bob").await, id("wh").await);
    admin.post(&format!("/customers/{wang}/merge"), json!({"into": bob})).await.ok();
    admin.post(&format!("/customers/{han}/erasure"), json!({"reason": "客户要求"})).await.ok();
    looked_at(&app).await;
    // What was kept under the alias's id is the survivor's.
    assert_eq!(names(&admin.get(&members).await.ok()), ["安娜", "Bob"]);
    let (sources, who) = (app.app.part::<http::SegmentSources>(), made["id"].as_str().unwrap().parse().unwrap());
    let alias: CustomerId = wang.parse().unwrap();
    let gone: CustomerId = han.parse().unwrap();
    let system = app.system();
    let seen = app.app.db().read(&system, move |tx| {
        let (ids, next) = segments::api::members(tx, &sources, who, None, 10)?;
        Ok((ids.len(), next, segments::api::contains(tx, &sources, who, alias)?, segments::api::contains(tx, &sources, who, gone)?))
    });
    assert_eq!(seen.await.unwrap(), (2, None, true, false));
}

async fn h13_who_belonged_to_a_segment_is_known_of_every_day(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, _) = six(&app).await;
    let rule = all(json!([{"attribute": "diary.tags", "test": "has_any", "values": ["vip"]}]));
    let made = admin.post("/segments", json!({"name": "重要客户", "rule": rule, "shared": true})).await.ok();
    let path = format!("/segments/{}", made["id"].as_str().unwrap());
    app.settle().await;
    let day = |app: &TestApp| {
        let at = jiff::Timestamp::from_millisecond(app.app.clock().now().millis()).unwrap();
        at.to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).date().to_string()
    };
    let first = day(&app);
    let wang = one.get("/customers?q=wxm").await.ok()["items"][0].clone();
    app.app.clock().advance(2 * DAY);
    one.patch(&format!("/customers/{}", wang["id"].as_str().unwrap()), json!({"version": 1, "note": "{}"})).await.ok();
    looked_at(&app).await;
    // A changed rule is another reason to come and to go.
    let either = all(json!([{"attribute": "customers.stage", "test": "is", "values": ["customer"]}, {"attribute": "customers.has_phone", "test": "yes"}]));
    admin.patch(&path, json!({"version": 1, "rule": either})).await.ok();
    app.settle().await;
    let second = day(&app);
    let of = |day: String| {
        let (admin, path) = (admin.clone(), path.clone());
        async move { admin.get(&format!("{path}/members?sort=name&as_of={day}")).await.ok() }
    };
    assert_eq!(names(&of(first.clone()).await), ["汪涵", "王小明"]);
    assert_eq!(names(&of(second.clone()).await), ["=cmd|' /C calc'!A0", "万里", "汪涵", "王小明"]);
    assert_eq!(names(&one.get(&format!("{path}/members?sort=name&as_of={second}")).await.ok()), ["汪涵", "王小明"]);
    let days = admin.get(&format!("{path}/days")).await.ok();
    assert_eq!(days["items"][0], json!({"day": second, "members": 4, "came": 2, "went": 0}));
    assert_eq!(days["items"][1], json!({"day": first, "members": 2, "came": 2, "went": 0}));
    let beside = async |who: &Person, day: &str| who.get(&format!("{path}/comparison?as_of={day}")).await.ok();
    let figures = |one: &Value| ["then", "now", "came", "went"].map(|key| one[key].as_i64().unwrap());
    let told = beside(&admin, &first).await;
    assert_eq!((figures(&told), &told["first_day"], &told["today"]), ([2, 4, 2, 0], &json!(first), &json!(second)));
    assert_eq!(figures(&beside(&one, &first).await), [2, 2, 0, 0], "as far as one sees customers");
    assert_eq!(figures(&beside(&admin, &second).await), [4, 4, 0, 0]);
    let differing = async |by: &str| admin.get(&format!("{path}/members?sort=name&as_of={first}&difference={by}")).await.ok();
    assert_eq!(names(&differing("came").await), ["=cmd|' /C calc'!A0", "万里"]);
    assert!(names(&differing("went").await).is_empty());
    let body = |more: Value| {
        let mut source = json!({"segment_id": made["id"], "list": {"sort": "name"}});
        source.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"name": "当时", "source": source, "columns": ["name"], "format": "csv", "reason": "对照"})
    };
    let begun = admin.post("/customer-exports", body(json!({"as_of": first, "difference": "came"}))).await.ok();
    app.settle().await;
    let path_of = format!("/customer-exports/{}/file", begun["id"].as_str().unwrap());
    let file = admin.request(reqwest::Method::GET, &path_of).send().await.unwrap().text().await.unwrap();
    assert!(file.lines().count() == 3 && file.contains("万里"), "{file}");
    admin.post("/customer-exports", body(json!({"difference": "came"}))).await.refused_field("source.difference", "needs_as_of");
    admin.get(&format!("{path}/members?difference=came")).await.refused_field("difference", "needs_as_of");
    admin.get(&format!("{path}/comparison?as_of=2999-01-01")).await.refused_field("as_of", "in_the_future");
    admin.get(&format!("{path}/comparison?as_of=2020-01-01")).await.refused(409, "segments.not_kept");
    one.get(&format!("{path}/days")).await.refused(403, "forbidden");
    admin.get(&format!("{path}/members?as_of=2020-01-01")).await.refused(409, "segments.not_kept");
    admin.get(&format!("{path}/members?as_of=yesterday")).await.refused_field("as_of", "malformed");
    // Put away it has no members, and can be had back.
    admin.delete(&path).await.ok();
    admin.get(&format!("{path}/members")).await.refused(409, "segments.removed");
    assert_eq!(admin.get("/segments").await.ok()["items"], json!([]));
    admin.post(&format!("{path}/restoration"), json!({})).await.ok();
    assert_eq!(names(&admin.get(&format!("{path}/members")).await.ok()).len(), 4);
}

async fn x6_of_a_rule_about_persons_only_counts_of_five_and_more_are_told(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, _) = six(&app).await;
    let of = |sex: &str| all(json!([{"attribute": "diary.sex", "test": "is", "values": [sex]}]));
    let women = admin.post("/segment-previews", json!({"rule": of("f")})).await.ok();
    assert_eq!(women, json!({"count": 5, "below": 5, "listed": false, "week_ago": null}));
    for (who, rule) in [(&admin, of("m")), (&one, of("f"))] {
        assert_eq!(count(who, rule).await, json!(null));
    }
    let made = admin.post("/segments", json!({"name": "女", "rule": of("f")})).await.ok();
    let path = format!("/segments/{}", made["id"].as_str().unwrap());
    assert_eq!(admin.get(&format!("{path}/count")).await.ok()["count"], json!(5));
    admin.get(&format!("{path}/members")).await.refused(409, "segments.personal");
    let body = json!({"name": "x", "source": {"segment_id": made["id"]}, "columns": ["name"], "format": "csv", "reason": "测试"});
    admin.post("/customer-exports", body).await.refused(409, "segments.personal");
}

async fn h13_a_segment_is_ones_own_until_it_is_shared(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, other) = (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    let made = one.post("/segments", json!({"name": "我的", "rule": all(json!([]))})).await.ok();
    let path = format!("/segments/{}", made["id"].as_str().unwrap());
    for nobody in [&other, &admin] {
        nobody.get(&path).await.refused(404, "not_found");
    }
    let shared = one.patch(&path, json!({"version": 1, "shared": true})).await.ok();
    assert_eq!(shared["shared"], json!(true));
    other.get(&path).await.ok();
    other.patch(&path, json!({"version": 2, "name": "别人的"})).await.refused(403, "forbidden");
    one.patch(&path, json!({"version": 1, "name": "旧"})).await.refused(409, "segments.stale");
    one.post("/segments", json!({"name": "", "rule": all(json!([]))})).await.refused_field("name", "required");
    let trail = admin.get(&format!("/audit-entries?subject={}", made["id"].as_str().unwrap())).await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 2);
}

async fn r029_a_file_is_the_list_as_it_is_on_the_screen(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, one, _) = six(&app).await;
    let export = |body: Value| {
        let (admin, app) = (admin.clone(), &app);
        async move {
            let begun = admin.post("/customer-exports", body).await.ok();
            app.settle().await;
            let path = format!("/customer-exports/{}", begun["id"].as_str().unwrap());
            let done = admin.get(&path).await.ok();
            assert_eq!(done["state"], json!("done"), "{done}");
            let file = admin.request(reqwest::Method::GET, &format!("{path}/file")).send().await.unwrap();
            assert_eq!(file.content_length(), done["bytes"].as_u64());
            (path, file.bytes().await.unwrap().to_vec())
        }
    };
    let list = json!({"stage": "customer", "sort": "name"});
    let body = |format: &str, clear: bool| json!({
        "name": "老客户", "source": {"list": list}, "columns": ["name", "phone", "stage", "worth"], "format": format, "clear": clear, "reason": "月度回访",
    });
    let (path, csv) = export(body("csv", false)).await;
    let lines = [
        "\u{feff}\"姓名\",\"电话\",\"阶段\",\"价值\"",
        "\"'=cmd|' /C calc'!A0\",\"135****5678\",\"客户\",\"0.00\"",
        "\"万里\",\"136****5678\",\"客户\",\"0.00\"",
        "\"汪涵\",\"139****5678\",\"客户\",\"0.00\"",
        "\"王小明\",\"138****5678\",\"客户\",\"0.00\"",
        "",
    ];
    assert_eq!(String::from_utf8(csv).unwrap(), lines.join("\r\n"));
    // Nobody else takes it, whatever they may see; that it was taken and why is on the trail, nothing of what stands in it.
    one.get(&format!("{path}/file")).await.refused(404, "not_found");
    let trail = admin.get(&format!("/audit-entries?subject={}", path.rsplit('/').next().unwrap())).await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 3);
    assert!(trail.to_string().contains("月度回访") && !trail.to_string().contains("汪涵"));
    let (_, clear) = export(body("csv_gbk", true)).await;
    assert!(clear.windows(11).any(|bytes| bytes == b"13812345678") && !clear.windows(3).any(|bytes| bytes == b"\xef\xbb\xbf"));
    let (_, book) = export(body("xlsx", false)).await;
    assert!(book.starts_with(b"PK"));
    // A segment's members, as far as one sees them; an agent may take nothing along.
    let vip = all(json!([{"attribute": "diary.tags", "test": "has_any", "values": ["vip"]}]));
    let made = admin.post("/segments", json!({"name": "重要客户", "rule": vip, "shared": true})).await.ok();
    let source = json!({"segment_id": made["id"], "list": {"sort": "name", "order": "desc"}});
    let (_, csv) = export(json!({"name": "x", "source": source, "columns": ["name"], "format": "csv", "reason": "测试"})).await;
    assert_eq!(String::from_utf8(csv).unwrap(), "\u{feff}\"姓名\"\r\n\"王小明\"\r\n\"汪涵\"\r\n");
    one.post("/customer-exports", body("csv", false)).await.refused(403, "forbidden");
    for (key, value, code) in [("name", json!("a/b"), "malformed"), ("reason", json!(" "), "required"), ("columns", json!(["name", "name"]), "wrong_columns")] {
        let mut wrong = body("csv", false);
        wrong[key] = value;
        admin.post("/customer-exports", wrong).await.refused_field(key, code);
    }
    // The file goes after a week.
    app.app.clock().advance(8 * DAY);
    admin.get(&format!("{path}/file")).await.refused(409, "segments.no_file");
    admin.post(&format!("{path}/stop"), json!({})).await.refused(409, "segments.export_ended");
}

}
