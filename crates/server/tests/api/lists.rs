//! Real input: a telephone company's customers (Telco churn) and a shop's customers with their orders (CDNOW), imported as
//! anybody imports a list. The figures the product draws from them are the published ones; where the data are not beside
//! the repository, a slice made up alike goes the same way.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use jiff::{ToSpan as _, civil::Date};
use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both, shared};

use crate::product;

/// Brings a list along, has it checked and taken in; answers what became of it.
async fn import(app: &TestApp, person: &Person, target: &str, text: String) -> Value {
    let part = Part::bytes(text.into_bytes()).file_name("list.csv");
    let file =
        Person::reply(person.request(Method::POST, "/files").multipart(Form::new().part("file", part))).await.ok();
    let brought = person.post("/imports", json!({"file_id": file["id"], "target": target})).await.ok();
    let path = format!("/imports/{}", brought["id"].as_str().unwrap());
    for verb in ["check", "run"] {
        person.post(&format!("{path}/{verb}"), json!({})).await.ok();
        app.settle().await;
    }
    // Segments hear of it a moment later.
    app.app.clock().advance(3_000);
    app.settle().await;
    person.get(&path).await.ok()
}

fn tally(import: &Value) -> [i64; 4] {
    ["created", "changed", "same", "refused"].map(|key| import[key].as_i64().unwrap())
}

fn today(app: &TestApp) -> Date {
    let now = jiff::Timestamp::from_millisecond(app.app.clock().now().millis()).unwrap();
    now.to_zoned(jiff::tz::TimeZone::get("Asia/Shanghai").unwrap()).date()
}

/// Somebody's purchase: who, on which day, for how much.
type Purchase = (String, Date, String);

/// CDNOW's sample up to the end of its calibration, 30 September 1997.
fn cdnow() -> Option<Vec<Purchase>> {
    let text =
        std::fs::read_to_string(shared("data/cdnow/lifetimes/datasets")?.join("CDNOW_sample.txt")).expect("the sample");
    let day = |text: &str| Date::strptime("%Y%m%d", text).expect("a day");
    let end = day("19970930");
    let read = |line: &str| match line.split_whitespace().collect::<Vec<_>>()[..] {
        [_, id, date, _, spent] => Some((id.to_owned(), day(date), spent.to_owned())),
        _ => None,
    };
    Some(text.lines().filter_map(read).filter(|(_, date, _)| *date <= end).collect())
}

/// As many customers, and their orders as if the last of those days were today.
async fn shop(app: &TestApp, person: &Person, purchases: &[Purchase]) {
    let people: BTreeSet<_> = purchases.iter().map(|(id, ..)| id.as_str()).collect();
    let mut list = String::from("姓名,邮箱\n");
    for id in &people {
        writeln!(list, "买家{id},buyer{id}@example.com").unwrap();
    }
    let taken = import(app, person, "customers", list.clone()).await;
    assert_eq!((&taken["state"], tally(&taken)), (&json!("done"), [people.len() as i64, 0, 0, 0]));
    assert_eq!(tally(&import(app, person, "customers", list).await), [0, 0, people.len() as i64, 0], "nobody twice");

    let later = today(app) - purchases.iter().map(|(_, date, _)| *date).max().expect("a purchase");
    let mut list = String::from("订单号,下单日期,金额,邮箱\n");
    for (at, (id, date, spent)) in purchases.iter().enumerate() {
        writeln!(list, "C{at},{},{spent},buyer{id}@example.com", date.checked_add(later).unwrap()).unwrap();
    }
    let taken = import(app, person, "orders", list).await;
    assert_eq!((&taken["state"], tally(&taken)), (&json!("done"), [purchases.len() as i64, 0, 0, 0]));
    person.post("/worth/count", json!({})).await.ok();
    app.settle().await;
    app.app.clock().advance(3_000);
    app.settle().await;
}

async fn counted(person: &Person, conditions: Value) -> i64 {
    let rule = json!({"match": "all", "conditions": conditions});
    person.post("/segment-previews", json!({"rule": rule})).await.ok()["count"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn r025_cdnow_is_imported_and_its_published_parameters_are_found_by_the_product() {
    let Some(purchases) = cdnow() else { return };
    let app = product::start(TestDb::sqlite(&product::schema())).await;
    let admin = app.person("administrator").await;
    shop(&app, &admin, &purchases).await;
    let findings = admin.get("/worth").await.ok()["run"]["findings"].clone();
    // Eight of them only took what cost nothing, and that is no purchase.
    assert_eq!((&findings["customers"], &findings["buyers"]), (&json!(2_357), &json!(2_349)));
    // Fader, Hardie and Lee 2005, table 2.
    let close = |key: &str, published: f64| {
        let found = findings["purchases"][key].as_f64().unwrap_or_else(|| panic!("{key}: {findings}"));
        assert!((found / published - 1.0).abs() < 2e-2, "{key} {found}, published {published}");
    };
    [("r", 0.243), ("alpha", 4.414), ("a", 0.793), ("b", 2.426)].into_iter().for_each(|(key, told)| close(key, told));

    // Who bought more often than once: by a segment, and by the list itself.
    let mut days: BTreeMap<&str, BTreeSet<Date>> = BTreeMap::new();
    for (id, date, _) in purchases.iter().filter(|(.., spent)| spent.parse::<f64>().unwrap() > 0.0) {
        days.entry(id).or_default().insert(*date);
    }
    let often = |least: usize| days.values().filter(|days| days.len() >= least).count() as i64;
    for least in [2_usize, 5] {
        let rule = json!([{"attribute": "worth.purchases", "test": "at_least", "numbers": [least]}]);
        assert_eq!(counted(&admin, rule).await, often(least), "{least} purchases and more");
    }
    app.finish().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn h38_telco_churn_is_imported_with_its_fields_and_the_churn_of_segments_is_that_of_the_list() {
    let Some(folder) = shared("data/telco-churn/data") else { return };
    let text = std::fs::read_to_string(folder.join("Telco-Customer-Churn.csv")).expect("the list");
    let rows: Vec<Vec<&str>> = text.lines().skip(1).map(|line| line.split(',').collect()).collect();
    let app = product::start(TestDb::sqlite(&product::schema())).await;
    let admin = app.person("administrator").await;
    churn(&app, &admin, &rows).await;
    app.finish().await;
}

const TENURE: usize = 5;
const CONTRACT: usize = 15;
const MONTHLY: usize = 18;
const CHURN: usize = 20;

/// Customers of a telephone company: `[id, …, tenure, …, contract, …, monthly charges, total, churn]`.
async fn churn(app: &TestApp, admin: &Person, rows: &[Vec<&str>]) {
    let field = async |name: &str, kind: &str, rules: Value| {
        admin
            .post("/customer-fields", json!({"name": name, "kind": kind, "personal": false, "rules": rules}))
            .await
            .ok()
    };
    let choices = |all: &[&str]| json!({"choices": all.iter().enumerate().map(|(at, label)| json!({"id": format!("c{at}"), "label": label})).collect::<Vec<_>>()});
    let contracts = ["Month-to-month", "One year", "Two year"];
    let tenure = field("在网月数", "number", json!({})).await;
    let contract = field("合约", "choice", choices(&contracts)).await;
    field("月费", "money", json!({"unit": "CNY"})).await;
    let churned = field("流失", "choice", choices(&["No", "Yes"])).await;
    let mut list = String::from("姓名,邮箱,在网月数,合约,月费,流失\n");
    for row in rows {
        writeln!(
            list,
            "{0},{0}@example.com,{1},{2},{3},{4}",
            row[0], row[TENURE], row[CONTRACT], row[MONTHLY], row[CHURN]
        )
        .unwrap();
    }
    let taken = import(app, admin, "customers", list).await;
    assert_eq!((&taken["state"], tally(&taken)), (&json!("done"), [rows.len() as i64, 0, 0, 0]), "{taken}");

    let is = |field: &Value, value: &str| json!({"attribute": format!("profiles.{}", field["id"].as_str().unwrap()), "test": "is", "values": [value]});
    let there = |fits: &dyn Fn(&Vec<&str>) -> bool| rows.iter().filter(|row| fits(row)).count() as i64;
    for (at, name) in contracts.into_iter().enumerate() {
        let of = is(&contract, &format!("c{at}"));
        assert_eq!(counted(admin, json!([of])).await, there(&|row| row[CONTRACT] == name), "{name}");
        let lost = counted(admin, json!([of, is(&churned, "c1")])).await;
        assert_eq!(lost, there(&|row| row[CONTRACT] == name && row[CHURN] == "Yes"), "{name}, lost");
    }
    let long = json!({"attribute": format!("profiles.{}", tenure["id"].as_str().unwrap()), "test": "at_least", "numbers": [24]});
    let stayed = there(&|row| row[TENURE].parse::<i64>().unwrap() >= 24 && row[CHURN] == "No");
    assert_eq!(counted(admin, json!([long, is(&churned, "c0")])).await, stayed);
    // A segment of them is kept, and its members are those of the list.
    let rule = json!({"match": "all", "conditions": [is(&contract, "c2"), is(&churned, "c1")]});
    let made = admin.post("/segments", json!({"name": "两年合约而流失", "rule": rule})).await.ok();
    let members =
        admin.get(&format!("/segments/{}/members?limit=200&sort=name", made["id"].as_str().unwrap())).await.ok();
    let names: BTreeSet<_> =
        members["items"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    let told: BTreeSet<_> = rows
        .iter()
        .filter(|row| row[CONTRACT] == "Two year" && row[CHURN] == "Yes")
        .map(|row| row[0].to_owned())
        .collect();
    assert_eq!(names, told);
}

on_both! { product::schema();

async fn r025_h38_a_slice_of_made_up_customers_and_orders_goes_the_way_of_the_real_ones(db: TestDb) {
    let app = product::start(db).await;
    let admin = app.person("administrator").await;
    let contracts = ["Month-to-month", "One year", "Two year"];
    let text: Vec<String> = (0..60)
        .map(|at| {
            let (contract, lost) = (contracts[at % 3], if at % 7 < 2 { "Yes" } else { "No" });
            format!("T{at:04},,,,,{},,,,,,,,,,{contract},,,{}.{:02},,{lost}", at % 72, 20 + at, at % 100)
        })
        .collect();
    let rows: Vec<Vec<&str>> = text.iter().map(|line| line.split(',').collect()).collect();
    churn(&app, &admin, &rows).await;

    let first = jiff::civil::date(1997, 1, 1);
    let mut purchases: Vec<Purchase> = Vec::new();
    for buyer in 0..150_i64 {
        for time in 0..=(buyer % 4) {
            let date = first.checked_add((buyer % 80 + time * 40).days()).unwrap();
            purchases.push((format!("{buyer:04}"), date, format!("{}.50", 10 + buyer % 30)));
        }
    }
    shop(&app, &admin, &purchases).await;
    let findings = admin.get("/worth").await.ok()["run"]["findings"].clone();
    assert_eq!((&findings["customers"], &findings["buyers"]), (&json!(210), &json!(150)));
    let rule = |least: i64| json!([{"attribute": "worth.purchases", "test": "at_least", "numbers": [least]}]);
    assert_eq!(counted(&admin, rule(2)).await, (0..150).filter(|buyer| buyer % 4 >= 1).count() as i64);
    assert_eq!(counted(&admin, rule(4)).await, (0..150).filter(|buyer| buyer % 4 == 3).count() as i64);

    // Taken back, those stay who placed an order or of whom something is open.
    let taken = import(&app, &admin, "customers", "姓名,邮箱\n旁人,nobody@example.com\n新买家,first@example.com\n有请求,duty@example.com\n".into()).await;
    let found = async |name: &str| admin.get(&format!("/customers?q={name}")).await.ok()["items"][0].clone();
    let day = today(&app);
    let order = format!("订单号,下单日期,金额,邮箱\nX1,{day},30,first@example.com\n");
    assert_eq!(tally(&import(&app, &admin, "orders", order).await), [1, 0, 0, 0]);
    let duty = found("有请求").await;
    admin.post("/privacy-requests", json!({"kind": "access", "customer_id": duty["id"], "way": "call"})).await.ok();
    let path = format!("/imports/{}", taken["id"].as_str().unwrap());
    admin.post(&format!("{path}/undo"), json!({})).await.ok();
    app.settle().await;
    let undone = admin.get(&path).await.ok();
    assert_eq!((&undone["undo"]["taken_back"], &undone["undo"]["kept"]), (&json!(1), &json!(2)), "{undone}");
    let kept = admin.get(&format!("{path}/undo/kept")).await.ok();
    let why: Vec<_> = kept["items"].as_array().unwrap().iter().map(|row| (row["name"].clone(), row["reasons"][0]["code"].clone())).collect();
    assert_eq!(why, [(json!("新买家"), json!("in_use")), (json!("有请求"), json!("open"))]);
    app.finish().await;
}

}
