//! What people rely on of orders.

use kernel::Origin;
use serde_json::{Value, json};
use testkit::{Person, TestApp, on_both};

fn modules() -> Vec<http::Module> {
    let files = files::module(testkit::folder()).expect("a folder");
    let imports = imports::module(vec![orders::target()]);
    vec![audit::module(), access::module(), settings::module(), files, customers::module(), imports, orders::module()]
}

/// A moment before the clock of tests, so many days ago.
fn ago(app: &TestApp, days: i64) -> i64 {
    app.db.clock.now().millis() - days * 86_400_000
}

fn order(app: &TestApp, number: &str, customer: Value, total: i64) -> Value {
    json!({"number": number, "customer": customer, "placed_at": ago(app, 3), "total": total,
        "lines": [{"code": "LX", "what": "滤芯", "quantity": 1, "amount": total}]})
}

async fn send(person: &Person, orders: Vec<Value>) -> Value {
    person.post("/orders", json!({"source": "shop", "orders": orders})).await.ok()
}

fn counts(answer: &Value) -> [i64; 4] {
    let number = |key: &str| answer[key].as_i64().unwrap();
    [number("created"), number("changed"), number("same"), answer["refused"].as_array().unwrap().len() as i64]
}

fn why(answer: &Value) -> Vec<(String, String)> {
    let refused = answer["refused"].as_array().unwrap();
    let first = |row: &'_ Value, key: &str| row["reasons"][0][key].as_str().unwrap().to_owned();
    refused.iter().map(|row| (first(row, "field"), first(row, "code"))).collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(field, code)| ((*field).to_owned(), (*code).to_owned())).collect()
}

on_both! { http::schema(&modules());

async fn r034_orders_are_told_once_and_stand_on_one_page_with_what_was_said(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let wang = admin.post("/customers", json!({"name": "王小明", "phone": "13812345678", "email": "wang@example.com"})).await.ok();
    let id = wang["id"].as_str().unwrap();
    let orders = vec![
        order(&app, "A-1", json!({"phone": "138 1234 5678"}), 29_900),
        order(&app, "A-2", json!({"email": "Wang@Example.com"}), 15_900),
        order(&app, "A-3", json!({"id": id}), 7_900),
    ];
    assert_eq!(counts(&send(&admin, orders.clone()).await), [3, 0, 0, 0]);
    assert_eq!(counts(&send(&admin, orders.clone()).await), [0, 0, 3, 0], "told again, nothing happens twice");

    let mut refund = orders[0].clone();
    refund["state"] = json!("refunded");
    refund["refunded"] = json!(29_900);
    app.db.clock.advance(60_000);
    assert_eq!(counts(&send(&admin, vec![refund]).await), [0, 1, 0, 0]);
    let mut late = orders[0].clone();
    late["as_of"] = json!(ago(&app, 1));
    assert_eq!(counts(&send(&admin, vec![late]).await), [0, 0, 1, 0], "an older word comes too late");

    let page = admin.get(&format!("/orders?customer={id}")).await.ok();
    let row = page["items"].as_array().unwrap().iter().find(|row| row["number"] == "A-1").unwrap();
    assert_eq!((&row["state"], &row["refunded"], &row["lines"][0]["what"]), (&json!("refunded"), &json!(29_900), &json!("滤芯")));
    let line = admin.get(&format!("/customers/{id}/timeline")).await.ok();
    let entries = line["items"].as_array().unwrap();
    assert_eq!(entries.len(), 3);
    assert!(entries.iter().all(|entry| entry["kind"] == "order" && entry["title"] == "滤芯"));
    let trail = admin.get("/audit-entries?subject=shop").await.ok();
    assert_eq!(trail["items"].as_array().unwrap().len(), 2, "one entry a request that changed something");

    // Merged, the orders of both are one person's.
    let alias = admin.post("/customers", json!({"name": "小王", "phone": "13900000001"})).await.ok();
    send(&admin, vec![order(&app, "B-1", json!({"phone": "13900000001"}), 100)]).await;
    admin.post(&format!("/customers/{}/merge", alias["id"].as_str().unwrap()), json!({"into": id})).await.ok();
    assert_eq!(admin.get(&format!("/orders?customer={id}")).await.ok()["items"].as_array().unwrap().len(), 4);
    let again = send(&admin, vec![order(&app, "B-1", json!({"phone": "13900000001"}), 100)]).await;
    assert_eq!(counts(&again), [0, 0, 1, 0], "the number leads to the one who was kept");
}

async fn r034_a_customer_is_found_by_a_key_and_never_by_a_name(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    for name in ["王小明", "王先生"] {
        admin.post("/customers", json!({"name": name, "phone": "13812345678"})).await.ok();
    }
    let one = admin.post("/customers", json!({"name": "李红", "phone": "13712345678"})).await.ok();
    let li = one["id"].as_str().unwrap().parse().unwrap();
    app.app.db().write(&Origin::system("test"), move |tx| {
        customers::api::known_to_site(tx, li, "id:shop-42")
    }).await.unwrap();
    let mut orders = vec![
        order(&app, "1", json!({"phone": "13812345678"}), 1),
        order(&app, "2", json!({"phone": "13000000000"}), 1),
        order(&app, "3", json!({}), 1),
        order(&app, "4", json!({"phone": "13712345678", "email": "a@example.com"}), 1),
        order(&app, "5", json!({"external_id": "shop-42"}), 1),
        order(&app, "5", json!({"external_id": "shop-42"}), 2),
        order(&app, "6", json!({"external_id": "shop-42"}), -1),
    ];
    orders[6]["state"] = json!("refunded");
    let answer = send(&admin, orders).await;
    assert_eq!(counts(&answer), [1, 0, 0, 6]);
    let expected =
        [("customer", "ambiguous"), ("customer", "unknown"), ("customer", "required"), ("customer", "required"), ("number", "field_twice"), ("total", "out_of_range")];
    assert_eq!(why(&answer), pairs(&expected));
    // Known to be somebody's, it does not become somebody else's.
    admin.post("/customers", json!({"name": "赵", "phone": "13612345678"})).await.ok();
    let moved = send(&admin, vec![order(&app, "5", json!({"phone": "13612345678"}), 1)]).await;
    assert_eq!(why(&moved), pairs(&[("customer", "other_customer")]));
    admin.post("/orders", json!({"source": "shop", "orders": []})).await.refused_field("orders", "required");
    let many: Vec<_> = (0..1_001).map(|n| order(&app, &n.to_string(), json!({"phone": "1"}), 1)).collect();
    admin.post("/orders", json!({"source": "shop", "orders": many})).await.refused_field("orders", "too_many");
}

async fn r023_whoever_may_not_see_a_customer_sees_nothing_they_bought(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let (admin, agent, other) = (app.person("administrator").await, app.person("agent").await, app.person("agent").await);
    let one = agent.post("/customers", json!({"name": "王小明", "phone": "13812345678"})).await.ok();
    let id = one["id"].as_str().unwrap();
    send(&admin, vec![order(&app, "1", json!({"id": id}), 100)]).await;
    let seen = agent.get(&format!("/orders?customer={id}")).await.ok();
    let path = format!("/orders/{}", seen["items"][0]["id"].as_str().unwrap());
    assert_eq!(agent.get(&path).await.ok()["number"], "1");
    for path in [format!("/orders?customer={id}"), path.clone(), format!("/customers/{id}/timeline")] {
        other.get(&path).await.refused(404, "not_found");
    }
    agent.post("/orders", json!({"source": "shop", "orders": [order(&app, "2", json!({"id": id}), 1)]})).await.refused(403, "forbidden");

    // Erased, the person is gone from the ledger and the ledger stays.
    let all = admin.get(&format!("/customers/{id}/export?reason=本人要求")).await.ok();
    assert_eq!(all["elsewhere"]["orders"][0]["number"], "1");
    admin.post(&format!("/customers/{id}/erasure"), json!({"reason": "本人要求"})).await.ok();
    let kept = admin.get(&path).await.ok();
    assert_eq!((&kept["number"], &kept["total"]), (&kept["id"], &json!(100)));
    let again = send(&admin, vec![order(&app, "1", json!({"phone": "13812345678"}), 100)]).await;
    assert_eq!(why(&again), pairs(&[("customer", "unknown")]));
}

async fn r034_a_list_of_orders_is_checked_and_taken_in_once(db: TestDb) {
    let app = TestApp::start(db, modules()).await;
    let admin = app.person("administrator").await;
    let one = admin.post("/customers", json!({"name": "王小明", "phone": "13812345678"})).await.ok();
    let list = "订单号,下单时间,手机,实付金额,商品,数量,订单状态\nT1,2025-03-01 10:00,138 1234 5678,¥1299.00,净水器,1,交易成功\nT2,2025/6/1,13812345678,299,滤芯,2,已退款\nT3,2025-06-02,13000000000,5,滤芯,1,交易成功\nT4,昨天,13812345678,5,滤芯,1,交易成功\n";
    let bring = || async {
        let part = reqwest::multipart::Part::bytes(list.as_bytes()).file_name("订单.csv");
        let form = reqwest::multipart::Form::new().part("file", part);
        let file = Person::reply(admin.request(reqwest::Method::POST, "/files").multipart(form)).await.ok();
        admin.post("/imports", json!({"file_id": file["id"], "target": "orders"})).await.ok()
    };
    let run = |import: Value| {
        let (app, admin) = (&app, &admin);
        async move {
            let path = format!("/imports/{}", import["id"].as_str().unwrap());
            for verb in ["check", "run"] {
                admin.post(&format!("{path}/{verb}"), json!({})).await.ok();
                app.settle().await;
            }
            admin.get(&path).await.ok()
        }
    };
    let import = bring().await;
    assert_eq!(import["plan"]["columns"], json!(["number", "placed_at", "phone", "total", "what", "quantity", "state"]));
    let done = run(import.clone()).await;
    assert_eq!((&done["state"], &done["created"], &done["refused"]), (&json!("done"), &json!(2), &json!(2)));
    let refused = admin.get(&format!("/imports/{}/refusals", import["id"].as_str().unwrap())).await.ok();
    let reasons: Vec<_> = refused["items"].as_array().unwrap().iter().map(|row| row["reasons"][0].clone()).collect();
    assert_eq!(reasons, [json!({"field": "customer", "code": "unknown"}), json!({"field": "placed_at", "code": "malformed"})]);
    let orders = admin.get(&format!("/orders?customer={}", one["id"].as_str().unwrap())).await.ok();
    let sums: Vec<_> = orders["items"].as_array().unwrap().iter().map(|row| (row["total"].clone(), row["refunded"].clone())).collect();
    assert_eq!(sums, [(json!(29_900), json!(29_900)), (json!(129_900), json!(0))]);
    let again = run(bring().await).await;
    assert_eq!((&again["created"], &again["same"]), (&json!(0), &json!(2)), "the same list again adds nothing");
    app.person("supervisor").await.post("/imports", json!({"file_id": import["file_id"], "target": "orders"})).await.refused_field("target", "unknown");
    let path = format!("/imports/{}/plan", bring().await["id"].as_str().unwrap());
    let plan = json!({"header_line": 1, "columns": ["number", "placed_at"], "key": "phone"});
    admin.put(&path, plan).await.refused_field("key", "no_such_column");
    admin.put(&path, json!({"header_line": 1, "columns": ["owner"], "key": "phone"})).await.refused_field("columns", "unknown");
}

}
