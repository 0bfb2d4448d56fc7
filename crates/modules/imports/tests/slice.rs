//! What people rely on of imports.

use std::fmt::Write as _;

use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use tempfile::TempDir;
use testkit::{Person, Reply, TestApp, on_both};

struct Stage {
    app: TestApp,
    _folder: TempDir,
    supervisor: Person,
}

impl Stage {
    async fn set(db: testkit::TestDb) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let app = TestApp::start(db, modules(folder.path())).await;
        let supervisor = app.person("supervisor").await;
        Self { app, _folder: folder, supervisor }
    }

    /// Brings a list along; answers the import.
    async fn bring(&self, name: &str, bytes: impl Into<Vec<u8>>) -> Value {
        let file = upload(&self.supervisor, name, bytes).await.ok();
        self.supervisor.post("/imports", json!({"file_id": file["id"]})).await.ok()
    }

    async fn turn(&self, import: &Value, verb: &str) -> Value {
        self.supervisor.post(&format!("/imports/{}/{verb}", id(import)), json!({})).await.ok();
        self.app.settle().await;
        self.turn_of(import).await
    }

    async fn turn_of(&self, import: &Value) -> Value {
        self.supervisor.get(&format!("/imports/{}", id(import))).await.ok()
    }

    /// Checks a list and takes it in.
    async fn take(&self, import: &Value) -> Value {
        assert_eq!(self.turn(import, "check").await["state"], "checked");
        self.turn(import, "run").await
    }

    async fn planned(&self, import: &Value, plan: Value) -> Reply {
        self.supervisor.put(&format!("/imports/{}/plan", id(import)), plan).await
    }

    async fn customers(&self) -> Vec<Value> {
        self.supervisor.get("/customers?limit=200").await.ok()["items"].as_array().unwrap().clone()
    }
}

fn modules(folder: &std::path::Path) -> Vec<http::Module> {
    let files = files::module(folder.to_owned()).unwrap();
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files,
        customers::module(),
        profiles::module(),
        imports::module(Vec::new()),
    ]
}

fn schema() -> Vec<store::Migration> {
    http::schema(&modules(tempfile::tempdir().unwrap().path()))
}

async fn upload(person: &Person, name: &str, bytes: impl Into<Vec<u8>>) -> Reply {
    let part = Part::bytes(bytes.into()).file_name(name.to_owned());
    Person::reply(person.request(Method::POST, "/files").multipart(Form::new().part("file", part))).await
}

fn id(thing: &Value) -> &str {
    thing["id"].as_str().unwrap()
}

fn tally(import: &Value) -> [i64; 4] {
    ["created", "changed", "same", "refused"].map(|key| import[key].as_i64().unwrap())
}

on_both! { schema();

async fn h14_good_rows_go_in_bad_rows_into_a_file_and_the_same_list_adds_none_twice(db: TestDb) {
    let stage = Stage::set(db).await;
    let mut list = String::from("客户姓名,手机号码,电子邮箱,备注\n");
    for n in 0..600 {
        let phone = if n % 30 == 7 { "没有".into() } else { format!("138{n:08}") };
        writeln!(list, "客户{n},{phone},c{n}@example.com,=cmd|' /C calc'!A{n}").unwrap();
    }
    let import = stage.bring("名单.csv", list.clone()).await;
    assert_eq!(import["plan"]["columns"], json!(["name", "phone", "email", "note"]));
    assert_eq!((&import["plan"]["header_line"], &import["plan"]["key"]), (&json!(1), &json!("phone")));

    let checked = stage.turn(&import, "check").await;
    assert_eq!((&checked["state"], &checked["lines"], tally(&checked)), (&json!("checked"), &json!(600), [580, 0, 0, 20]));
    assert!(stage.customers().await.is_empty(), "a check writes nothing");

    let done = stage.turn(&import, "run").await;
    assert_eq!((&done["state"], tally(&done)), (&json!("done"), [580, 0, 0, 20]));
    let first = stage.supervisor.get(&format!("/imports/{}/refusals?limit=5", id(&import))).await.ok();
    assert_eq!((&first["items"][0]["line"], &first["items"][0]["reasons"]), (&json!(9), &json!([{"field": "phone", "code": "malformed"}])));

    let path = format!("/imports/{}/refusals/export", id(&import));
    let file = stage.supervisor.request(Method::GET, &path).send().await.unwrap().text().await.unwrap();
    assert_eq!(file.lines().count(), 21);
    let row = file.lines().nth(1).unwrap();
    assert!(row.starts_with("\"9\",\"电话: 格式不对\",\"客户7\",\"没有\"") && row.contains("\"'=cmd|"), "{row}");

    // Mended, it goes in; the whole list once more adds nobody.
    let mended = stage.bring("改好.csv", file.replace("没有", "13700000007").lines().take(2).collect::<Vec<_>>().join("\n")).await;
    assert_eq!(tally(&stage.take(&mended).await), [1, 0, 0, 0]);
    let again = stage.bring("名单.csv", list).await;
    assert_eq!(tally(&stage.take(&again).await), [0, 0, 580, 20]);
    let trail = stage.app.person("administrator").await.get(&format!("/audit-entries?subject={}", id(&import))).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["imports.refusals_exported", "imports.ended", "imports.started", "imports.checked", "imports.created"]);
    assert!(!trail.to_string().contains("客户7"), "the trail holds nobody's data");
}

async fn h12_a_list_adds_what_is_not_known_and_overwrites_nothing_fresher(db: TestDb) {
    let stage = Stage::set(db).await;
    let entered = stage.supervisor.post("/customers", json!({"name": "王小明", "phone": "13812345678"})).await.ok();
    assert_eq!(entered["sources"]["name"]["kind"], "staff");
    let older = stage.bring("旧.csv", "姓名,手机,邮箱,更新时间\n王大明,138 1234 5678,wang@example.com,2020-01-01\n").await;
    assert_eq!(tally(&stage.take(&older).await), [0, 1, 0, 0]);
    let known = stage.supervisor.get(&format!("/customers/{}", id(&entered))).await.ok();
    assert_eq!((&known["name"], &known["email"]), (&json!("王小明"), &json!("w***@example.com")));
    assert_eq!((&known["sources"]["email"]["kind"], &known["sources"]["email"]["import_id"]), (&json!("import"), &older["id"]));

    // The same address from a list as old again: fresher than it, a later list replaces it.
    stage.app.db.clock.advance(60_000);
    let newer = stage.bring("新.csv", "姓名,手机,邮箱\n王明,13812345678,ming@example.com\n").await;
    assert_eq!(tally(&stage.take(&newer).await), [0, 1, 0, 0]);
    let known = stage.supervisor.get(&format!("/customers/{}", id(&entered))).await.ok();
    assert_eq!((&known["name"], &known["email"]), (&json!("王明"), &json!("m***@example.com")));
    assert_eq!(tally(&stage.take(&stage.bring("旧.csv", "姓名,手机,邮箱,更新时间\n王大明,13812345678,wang@example.com,2020/1/1\n").await).await), [0, 0, 1, 0]);
}

async fn r104_nobody_has_two_who_look_after_them(db: TestDb) {
    let stage = Stage::set(db).await;
    let list = format!("姓名,手机,负责人\n甲,13812345671,{0}\n乙,13812345672,nobody\n", "agent-a");
    let agent = stage.app.person("agent").await;
    let admin = stage.app.person("administrator").await;
    let login = |user: Value| user["login"].as_str().unwrap().to_owned();
    let (mine, theirs) = (
        login(admin.get(&format!("/users/{}", stage.supervisor.id())).await.ok()),
        login(admin.get(&format!("/users/{}", agent.id())).await.ok()),
    );
    let import = stage.bring("名单.csv", list.replace("agent-a", &mine)).await;
    assert_eq!(tally(&stage.take(&import).await), [1, 0, 0, 1]);
    let again = stage.bring("名单.csv", list.replace("agent-a", &theirs)).await;
    assert_eq!(tally(&stage.take(&again).await), [0, 0, 0, 2]);
    let refused = stage.supervisor.get(&format!("/imports/{}/refusals", id(&again))).await.ok();
    let why: Vec<_> = refused["items"].as_array().unwrap().iter().map(|row| row["reasons"][0]["code"].clone()).collect();
    assert_eq!(why, ["owned_by_other", "unknown"]);
    assert_eq!(stage.customers().await[0]["owner_id"], json!(stage.supervisor.id()));
}

async fn two_lists_with_the_same_people_at_once_enter_each_once_and_what_is_stopped_goes_on(db: TestDb) {
    let stage = Stage::set(db).await;
    let list = (0..150).fold(String::from("姓名,手机\n"), |list, n| format!("{list}客户{n},138{n:08}\n"));
    // Twice within one list is once as well.
    let (a, b) = (stage.bring("a.csv", format!("{list}客户0,13800000000\n")).await, stage.bring("b.csv", list).await);
    for import in [&a, &b] {
        assert_eq!(tally(&stage.turn(import, "check").await)[0], 150);
    }
    for import in [&a, &b] {
        stage.supervisor.post(&format!("/imports/{}/run", id(import)), json!({})).await.ok();
    }
    let stopped = stage.supervisor.post(&format!("/imports/{}/stop", id(&a)), json!({})).await;
    stage.app.settle().await;
    if stopped.status == 200 {
        stage.supervisor.post(&format!("/imports/{}/stop", id(&a)), json!({})).await.refused(409, "imports.not_at_work");
        stage.turn(&a, "run").await;
    }
    let [a, b] = [stage.turn_of(&a).await, stage.turn_of(&b).await];
    assert_eq!((&a["state"], &b["state"]), (&json!("done"), &json!("done")));
    assert_eq!(tally(&a)[0] + tally(&b)[0], 150);
    assert_eq!(stage.customers().await.len(), 150);
}

async fn what_cannot_be_imported_is_refused_with_what_to_mend(db: TestDb) {
    let stage = Stage::set(db).await;
    let supervisor = &stage.supervisor;
    let other = stage.app.person("supervisor").await;
    let file = upload(&other, "名单.csv", "姓名,手机\n甲,13812345678\n").await.ok();
    supervisor.post("/imports", json!({"file_id": file["id"]})).await.refused_field("file_id", "unknown");
    stage.app.person("agent").await.post("/imports", json!({"file_id": file["id"]})).await.refused(403, "forbidden");
    let paper = upload(supervisor, "名单.pdf", &b"%PDF-1.7\n\x80"[..]).await.ok();
    supervisor.post("/imports", json!({"file_id": paper["id"]})).await.refused_field("file_id", "no_list");
    let empty = upload(supervisor, "空.csv", " \n\n").await.ok();
    supervisor.post("/imports", json!({"file_id": empty["id"]})).await.refused_field("file_id", "empty_file");

    let import = stage.bring("名单.txt", "甲;13812345678\n乙;13812345679\n").await;
    assert_eq!((&import["plan"]["header_line"], &import["plan"]["columns"]), (&json!(0), &json!([null, "phone"])));
    let plan = |columns: Value, key: &str| json!({"header_line": 0, "columns": columns, "key": key});
    stage.planned(&import, plan(json!(["name", "name"]), "phone")).await.refused_field("columns", "field_twice");
    stage.planned(&import, plan(json!(["name", "phone"]), "email")).await.refused_field("key", "no_such_column");
    let mut wrong = plan(json!(["name", "phone"]), "phone");
    wrong["reading"] = json!({"delimiter": "ab"});
    stage.planned(&import, wrong).await.refused_field("delimiter", "unknown");
    supervisor.post(&format!("/imports/{}/run", id(&import)), json!({})).await.refused(409, "imports.unchecked");
    stage.planned(&import, plan(json!(["name", "phone"]), "phone")).await.ok();
    assert_eq!(tally(&stage.take(&import).await), [2, 0, 0, 0]);
    stage.planned(&import, plan(json!(["name", "phone"]), "phone")).await.refused(409, "imports.started");
    for path in ["", "/preview", "/refusals", "/refusals/export"] {
        other.get(&format!("/imports/{}{path}", id(&import))).await.refused(404, "not_found");
    }
    other.post(&format!("/imports/{}/check", id(&import)), json!({})).await.refused(404, "not_found");
}

async fn a_list_nobody_looks_at_any_more_is_forgotten_with_its_file(db: TestDb) {
    let stage = Stage::set(db).await;
    let import = stage.bring("名单.csv", "姓名,手机\n甲,13812345678\n乙,没有\n").await;
    stage.take(&import).await;
    stage.app.db.clock.advance(31 * 24 * 3_600_000);
    // The night's own sweep may be at it, or not yet.
    imports::api::sweep(&stage.app.app).await.unwrap();
    stage.supervisor.get(&format!("/imports/{}", id(&import))).await.refused(404, "not_found");
    assert_eq!(stage.customers().await.len(), 1);
}

async fn h14_columns_may_be_the_departments_own_fields_and_nothing_fresher_is_overwritten(db: TestDb) {
    let stage = Stage::set(db).await;
    let admin = stage.app.person("administrator").await;
    let field = async |name: &str, kind: &str, more: Value| {
        let mut body = json!({"name": name, "kind": kind, "personal": false});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        admin.post("/customer-fields", body).await.ok()
    };
    let installed = field("安装日期", "date", json!({})).await;
    let water = field("水质", "choice", json!({"rules": {"choices": [{"id": "hard", "label": "偏硬"}, {"id": "soft", "label": "偏软"}]}})).await;
    let spare = field("备用电话", "phone", json!({})).await;
    let price = field("成交价", "money", json!({"rules": {"unit": "CNY"}})).await;
    let list = "姓名,手机,备用电话,安装日期,水质,成交价\n\
        王小明,13800000001,13900000001,2026/3/5,偏硬,\"¥1,299.50\"\n\
        李红,13800000002,,2025年12月9日,偏软,\n\
        赵强,13800000003,,去年,偏咸,\n\
        王小明,13800000001,,,偏软,\n";
    let import = stage.bring("档案.csv", list).await;
    let own = json!(["name", "phone", spare["id"], installed["id"], water["id"], price["id"]]);
    assert_eq!(import["plan"]["columns"], own, "a heading that is a field's name means that field");
    let checked = stage.turn(&import, "check").await;
    assert_eq!(tally(&checked), [2, 0, 1, 1]);
    let done = stage.turn(&import, "run").await;
    // The second line about one customer is no fresher than the first.
    assert_eq!(tally(&done), [2, 0, 1, 1]);
    let refused = stage.supervisor.get(&format!("/imports/{}/refusals", id(&import))).await.ok();
    assert_eq!(refused["items"][0]["reasons"], json!([{"field": installed["id"], "code": "malformed"}, {"field": water["id"], "code": "unknown"}]));
    let path = format!("/imports/{}/refusals/export", id(&import));
    let file = stage.supervisor.request(Method::GET, &path).send().await.unwrap().text().await.unwrap();
    assert!(file.contains("安装日期: 格式不对"), "{file}");

    let all = stage.customers().await;
    let wang = all.iter().find(|one| one["name"] == "王小明").unwrap()["id"].as_str().unwrap().to_owned();
    let profile = async || stage.supervisor.get(&format!("/customers/{wang}/profile")).await.ok();
    let of = |profile: &Value, field: &Value| profile["fields"].as_array().unwrap().iter().find(|one| one["field_id"] == field["id"]).cloned().unwrap_or_default();
    let shown = profile().await;
    assert_eq!((&of(&shown, &installed)["value"], &of(&shown, &water)["value"], &of(&shown, &price)["value"]), (&json!("2026-03-05"), &json!("hard"), &json!(129_950)));
    assert_eq!(of(&shown, &water)["source"]["kind"], "import");

    // What a colleague wrote since is fresher than a list that is older than it; what the list alone knows is added.
    stage.app.db.clock.advance(60_000);
    let soft = json!({"values": [{"field_id": water["id"], "value": "soft"}]});
    stage.supervisor.patch(&format!("/customers/{wang}/profile"), soft).await.ok();
    let older = "姓名,手机,水质,成交价,更新时间\n王小明,13800000001,偏硬,1350,2026-01-02\n";
    let second = stage.bring("旧档案.csv", older).await;
    assert_eq!(tally(&stage.take(&second).await), [0, 0, 1, 0]);
    assert_eq!(of(&profile().await, &water)["value"], "soft");
    let newer = stage.bring("新档案.csv", "手机,水质,成交价\n13800000001,偏软,1350\n").await;
    let taken = stage.take(&newer).await;
    assert_eq!((&taken["state"], tally(&taken)), (&json!("done"), [0, 1, 0, 0]));
    assert_eq!(of(&profile().await, &price)["value"], 135_000);

    // A field that is not there, or that nobody may fill in, is no column.
    admin.put(&format!("/customer-fields/{}", id(&price)), json!({"version": 1, "name": "成交价", "personal": false, "archived": true, "rules": {"unit": "CNY"}})).await.ok();
    let again = stage.bring("再来.csv", "手机,成交价\n13800000001,1350\n").await;
    stage.planned(&again, json!({"header_line": 1, "columns": ["phone", price["id"]], "key": "phone"})).await.refused_field("columns", "unknown");
}

async fn h14_an_import_is_taken_back_whole_but_for_what_came_since(db: TestDb) {
    let stage = Stage::set(db).await;
    let admin = stage.app.person("administrator").await;
    let water = admin.post("/customer-fields", json!({"name": "水质", "kind": "text", "personal": false})).await.ok();
    let wang = stage.supervisor.post("/customers", json!({"name": "王小明", "phone": "13812345678"})).await.ok();
    let of = format!("/customers/{}", id(&wang));
    stage.supervisor.patch(&format!("{of}/profile"), json!({"values": [{"field_id": water["id"], "value": "偏软"}]})).await.ok();
    stage.app.db.clock.advance(60_000);
    let mut list = String::from("姓名,手机,邮箱,水质\n王明,13812345678,ming@example.com,偏硬\n李红,13800000002,,偏硬\n赵强,13800000003,,\n钱多,13800000004,,\n");
    for n in 0..120 {
        writeln!(list, "客户{n},139{n:08},,").unwrap();
    }
    let import = stage.bring("错的.csv", list.clone()).await;
    let undo = async |by: &Person| by.post(&format!("/imports/{}/undo", id(&import)), json!({})).await;
    undo(&stage.supervisor).await.refused(409, "imports.nothing_written");
    let done = stage.take(&import).await;
    assert_eq!((tally(&done), done["undo_until"].is_i64()), ([123, 1, 0, 0], true));

    // What a colleague said since stays: of Wang the address, of Zhao all, of Qian what was noticed of them.
    stage.app.db.clock.advance(60_000);
    let known = stage.supervisor.get(&of).await.ok();
    stage.supervisor.patch(&of, json!({"version": known["version"], "email": "wang@example.com"})).await.ok();
    let all = stage.customers().await;
    let named = |name: &str| all.iter().find(|one| one["name"] == name).unwrap().clone();
    let (zhao, qian) = (named("赵强"), named("钱多"));
    stage.supervisor.patch(&format!("/customers/{}", id(&zhao)), json!({"version": 1, "note": "只在上午接电话"})).await.ok();
    stage.supervisor.patch(&format!("/customers/{}/profile", id(&qian)), json!({"values": [{"field_id": water["id"], "value": "偏咸"}]})).await.ok();

    undo(&stage.app.person("supervisor").await).await.refused(404, "not_found");
    undo(&stage.app.person("agent").await).await.refused(403, "forbidden");
    let begun = undo(&stage.supervisor).await.ok();
    assert_eq!((&begun["state"], &begun["undo"]["total"]), (&json!("undoing"), &json!(124)));
    undo(&stage.supervisor).await.refused(409, "imports.undone");
    stage.app.settle().await;
    let undone = stage.turn_of(&import).await;
    let figures = ["taken_back", "put_back", "partly", "kept"].map(|part| undone["undo"][part].as_i64().unwrap());
    assert_eq!((&undone["state"], figures), (&json!("undone"), [121, 0, 1, 2]));

    let names: Vec<_> = stage.customers().await.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    assert!(names.len() == 3 && ["王小明", "赵强", "钱多"].iter().all(|name| names.contains(&(*name).to_owned())), "{names:?}");
    let wang = stage.supervisor.get(&of).await.ok();
    assert_eq!((&wang["sources"]["name"]["kind"], &wang["email"]), (&json!("staff"), &json!("w***@example.com")));
    let profile = stage.supervisor.get(&format!("{of}/profile")).await.ok();
    let field = profile["fields"].as_array().unwrap().iter().find(|one| one["field_id"] == water["id"]).unwrap().clone();
    assert_eq!((&field["value"], &field["source"]["kind"]), (&json!("偏软"), &json!("staff")));

    let kept = stage.supervisor.get(&format!("/imports/{}/undo/kept?limit=2", id(&import))).await.ok();
    let why = |row: &Value| (row["name"].clone(), row["outcome"].clone(), row["reasons"].clone());
    assert_eq!(why(&kept["items"][0]), (json!("王小明"), json!("partly"), json!([{"field": "email", "code": "fresher"}])));
    assert_eq!(why(&kept["items"][1]), (json!("赵强"), json!("kept"), json!([{"field": "row", "code": "changed"}])));
    let next = format!("/imports/{}/undo/kept?limit=2&cursor={}", id(&import), kept["next_cursor"].as_str().unwrap());
    let rest = stage.supervisor.get(&next).await.ok();
    assert_eq!((why(&rest["items"][0]).0, &rest["next_cursor"]), (json!("钱多"), &json!(null)));
    stage.supervisor.get(&format!("/imports/{}/undo/kept?cursor=x", id(&import))).await.refused_field("cursor", "malformed");
    let path = format!("/imports/{}/undo/export", id(&import));
    let file = stage.supervisor.request(Method::GET, &path).send().await.unwrap().text().await.unwrap();
    assert_eq!(file.lines().count(), 125);
    assert!(file.contains("\"邮箱: 之后有更新的内容\"") && file.contains("\"整行: 之后被修改\""), "{file}");

    undo(&stage.supervisor).await.refused(409, "imports.undone");
    stage.supervisor.post(&format!("/imports/{}/run", id(&import)), json!({})).await.refused(409, "imports.started");
    let trail = admin.get(&format!("/audit-entries?subject={}", id(&import))).await.ok();
    let actions: Vec<_> = trail["items"].as_array().unwrap().iter().take(3).map(|entry| entry["action"].clone()).collect();
    assert_eq!(actions, ["imports.undo_exported", "imports.undone", "imports.undo_begun"]);
    assert!(!trail.to_string().contains("赵强"), "the trail holds nobody's data");

    // Who was taken back can come again; those who stayed are known.
    assert_eq!(tally(&stage.take(&stage.bring("再来.csv", list).await).await)[0], 121);
}

async fn h14_what_cannot_be_taken_back_says_why(db: TestDb) {
    let stage = Stage::set(db).await;
    let import = stage.bring("名单.csv", "姓名,手机\n甲,13812345678\n").await;
    let undo = async |import: &Value| stage.supervisor.post(&format!("/imports/{}/undo", id(import)), json!({})).await;
    stage.take(&import).await;
    let same = stage.bring("名单.csv", "姓名,手机\n甲,13812345678\n").await;
    assert_eq!(tally(&stage.take(&same).await), [0, 0, 1, 0]);
    undo(&same).await.refused(409, "imports.nothing_written");
    // Whose data is gone keeps none of it in what imports wrote.
    let who = stage.customers().await[0].clone();
    let admin = stage.app.person("administrator").await;
    admin.post(&format!("/customers/{}/erasure", id(&who)), json!({"reason": "本人要求"})).await.ok();
    undo(&import).await.ok();
    stage.app.settle().await;
    assert_eq!(stage.turn_of(&import).await["undo"]["kept"], 1);
    let late = stage.bring("晚了.csv", "姓名,手机\n乙,13812345679\n").await;
    stage.take(&late).await;
    stage.app.db.clock.advance(15 * 24 * 3_600_000);
    undo(&late).await.refused(409, "imports.undo_over");
}

}
