//! What people rely on of worth, the life cycle, winning back and what is next.

use customers::{ListKey, ListedCustomer, Listing, Source, SourceKind};
use kernel::{Origin, UserId};
use serde_json::{Value, json};
use testkit::{Person, TestApp, TestDb, on_both};

const DAY: i64 = 86_400_000;

fn modules() -> Vec<http::Module> {
    vec![
        audit::module(),
        access::module(),
        settings::module(),
        files::module(testkit::folder()).expect("a folder"),
        tasks::module(),
        people::module(),
        customers::module(),
        profiles::module(),
        orders::module(),
        worth::module(),
    ]
}

struct Shop {
    app: TestApp,
    admin: Person,
    agent: Person,
}

impl Shop {
    async fn open(db: TestDb) -> Self {
        let app = TestApp::start(db, modules()).await;
        let (admin, agent) = (app.person("administrator").await, app.person("agent").await);
        Self { app, admin, agent }
    }

    /// So many customers, `c0@example.com` and on, whom the agent looks after.
    async fn customers(&self, count: usize) {
        let owner: UserId = self.agent.id().parse().unwrap();
        self.app
            .app
            .db()
            .write(&Origin::system("test"), move |tx| {
                let source = Source { kind: SourceKind::Import, at: tx.now(), by: None, import_id: None };
                let listing = Listing { key: ListKey::Email, source, rehearsal: false };
                let row = |at: usize| ListedCustomer {
                    name: Some(format!("客户{at}")),
                    email: Some(format!("c{at}@example.com")),
                    placed: Some((owner, None)),
                    ..ListedCustomer::default()
                };
                customers::api::take_in(tx, &listing, &(0..count).map(row).collect::<Vec<_>>()).map(drop)
            })
            .await
            .unwrap();
    }

    fn order(&self, number: String, who: usize, days_ago: i64, total: i64, code: &str) -> Value {
        let placed_at = self.app.db.clock.now().millis() - days_ago * DAY;
        json!({"number": number, "customer": {"email": format!("c{who}@example.com")}, "placed_at": placed_at, "total": total,
            "state": "completed", "lines": [{"code": code, "what": format!("{code} 服务"), "quantity": 1, "amount": total}]})
    }

    async fn tell(&self, orders: Vec<Value>) {
        for some in orders.chunks(1_000) {
            let answer = self.admin.post("/orders", json!({"source": "shop", "orders": some})).await.ok();
            assert_eq!(answer["refused"], json!([]));
        }
    }

    async fn count(&self) {
        worth::api::count(self.app.app.db(), &Origin::system("test")).await.unwrap();
    }

    /// A shop of `count` customers over a year and a half: some never come back, the others at a pace of their own until
    /// they stop; nearly all who have A have B.
    async fn history(&self, count: usize) {
        self.customers(count).await;
        let mut orders = Vec::new();
        let mut seed = 12_345_u64;
        let mut chance = move |below: u64| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (seed >> 33) % below
        };
        for who in 0..count {
            let mut ago = 200 + chance(340) as i64;
            let pace = 15 + chance(70) as i64;
            // Some are easily lost, some hardly ever: were all alike, nothing would decide the model's spread.
            let leave = [4, 10, 35, 75][chance(4) as usize];
            let mut times = 0;
            while ago > 0 {
                let code = if times == 0 { "A" } else { ["B", "C"][chance(2) as usize] };
                let total = 10_000 + chance(9_000) as i64;
                orders.push(self.order(format!("{who}-{times}"), who, ago, total, code));
                times += 1;
                if chance(100) < leave {
                    break;
                }
                ago -= pace / 2 + chance(pace as u64) as i64;
            }
        }
        self.tell(orders).await;
    }

    async fn id_of(&self, who: usize) -> String {
        let found = self.admin.get(&format!("/customers?q=c{who}@example.com")).await.ok();
        found["items"][0]["id"].as_str().unwrap().to_owned()
    }

    async fn tasks(&self) -> usize {
        self.agent.get("/tasks?owner=me&state=open&limit=200").await.ok()["items"].as_array().unwrap().len()
    }
}

fn rows(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}

on_both! { http::schema(&modules());

async fn r025_a_score_says_what_it_was_computed_from_and_leads_to_its_customers(db: TestDb) {
    let shop = Shop::open(db).await;
    assert!(shop.admin.get("/worth").await.ok()["run"].is_null());
    shop.customers(3).await;
    shop.tell(vec![shop.order("x".into(), 0, 10, 5_000, "A")]).await;
    shop.count().await;
    let few = shop.admin.get("/worth").await.ok();
    assert_eq!((&few["run"]["findings"]["no_purchases"], &few["run"]["findings"]["buyers"]), (&json!("too_few"), &json!(1)));
    let one = shop.admin.get(&format!("/worths/{}", shop.id_of(0).await)).await.ok();
    assert_eq!((&one["worth"]["value"], &one["worth"]["alive"], &one["worth"]["total"]), (&Value::Null, &Value::Null, &json!(5_000)));

    shop.history(160).await;
    shop.app.db.clock.advance(DAY);
    shop.count().await;
    let all = shop.admin.get("/worth").await.ok();
    let findings = &all["run"]["findings"];
    assert_eq!((&findings["customers"], &findings["buyers"], &findings["sample"]), (&json!(160), &json!(160), &json!(160)));
    assert!(findings["purchases"]["r"].as_f64().unwrap() > 0.0 && findings["spending"]["q"].as_f64().unwrap() > 1.0, "{findings}");
    let fit = findings["purchases"]["expected_repeats"].as_f64().unwrap() / findings["purchases"]["repeats"].as_f64().unwrap();
    assert!((0.8..1.2).contains(&fit), "{fit}");
    let cells = all["cells"].as_array().unwrap();
    let sum = |key: &str| cells.iter().map(|cell| cell[key].as_i64().unwrap()).sum::<i64>();
    assert_eq!(sum("customers"), 160);
    assert_eq!(all["parts"].as_array().unwrap().iter().map(|part| part["customers"].as_i64().unwrap()).sum::<i64>(), 160);

    // A figure of the grid leads to exactly those it counts.
    let cell = &cells[cells.len() - 1];
    let path = format!("/worths?recency={}&frequency={}&limit=200", cell["recency"], cell["frequency"]);
    let behind = shop.admin.get(&path).await.ok();
    assert_eq!(rows(&behind).len() as i64, cell["customers"].as_i64().unwrap());
    let value: i64 = rows(&behind).iter().map(|row| row["value"].as_i64().unwrap()).sum();
    assert_eq!(value, cell["value"].as_i64().unwrap());
    let first = &rows(&shop.admin.get("/worths?limit=1").await.ok())[0].clone();
    let id = first["customer_id"].as_str().unwrap();
    assert_eq!(shop.admin.get(&format!("/customers/{id}")).await.ok()["worth"], first["value"], "lists sort by it");
    let explained = shop.admin.get(&format!("/worths/{id}")).await.ok();
    // A day went by: the night may have counted once more meanwhile, to the same end.
    assert_eq!((&explained["worth"]["value"], explained["run"]["id"].is_string()), (&first["value"], true));
    assert_eq!(explained["used"]["denominator"], 3);

    // Whoever looks after nobody sees nobody; not even that they are there.
    let other = shop.app.person("agent").await;
    assert!(rows(&other.get("/worths").await.ok()).is_empty());
    assert!(other.get("/worth").await.ok()["cells"].as_array().unwrap().is_empty());
    other.get(&format!("/worths/{id}")).await.refused(404, "not_found");
    other.post("/worth/count", json!({})).await.refused(403, "forbidden");
    assert_eq!(rows(&shop.agent.get("/worths?limit=200").await.ok()).len(), 160);
    shop.admin.get("/worths?recency=9").await.refused_field("recency", "out_of_range");

    shop.admin.post(&format!("/customers/{id}/erasure"), json!({"reason": "本人要求"})).await.ok();
    shop.count().await;
    assert_eq!(shop.admin.get("/worth").await.ok()["run"]["findings"]["customers"], 159);
}

async fn h52_a_step_is_dated_with_its_reason_and_its_playbook_follows_once(db: TestDb) {
    let shop = Shop::open(db).await;
    shop.customers(12).await;
    let orders = (0..10).map(|who| shop.order(format!("{who}"), who, 20, 5_000, "A")).collect();
    shop.tell(orders).await;
    let kept = shop.admin.get("/lifecycle-rules").await.ok();
    let mut rules = kept["rules"].clone();
    let group = shop.admin.post("/customer-tags", json!({"name": "动向"})).await.ok();
    let tag = shop.admin.post("/customer-tags", json!({"name": "走远", "parent_id": group["id"]})).await.ok();
    rules["playbooks"] = json!([{"stage": "declining", "task": "", "due_days": 5}]);
    shop.admin.put("/lifecycle-rules", json!({"version": 0, "rules": rules})).await.refused_field("playbooks", "malformed");
    // A group is nothing that a customer has.
    rules["playbooks"] = json!([{"stage": "declining", "task": "关怀电话", "due_days": 5, "tag_id": group["id"]}]);
    shop.admin.put("/lifecycle-rules", json!({"version": 0, "rules": rules})).await.refused_field("playbooks", "unknown");
    rules["playbooks"][0]["tag_id"] = tag["id"].clone();
    shop.agent.put("/lifecycle-rules", json!({"version": 0, "rules": rules})).await.refused(403, "forbidden");
    shop.admin.put("/lifecycle-rules", json!({"version": 0, "rules": rules})).await.ok();
    shop.admin.put("/lifecycle-rules", json!({"version": 0, "rules": rules})).await.refused(409, "worth.stale");
    shop.count().await;
    let board = shop.admin.get("/lifecycle").await.ok();
    let of = |board: &Value, stage: &str| {
        let stages = board["stages"].as_array().unwrap();
        stages.iter().find(|row| row["stage"] == stage).unwrap()["customers"].as_i64().unwrap()
    };
    assert_eq!((of(&board, "new"), of(&board, "lead"), of(&board, "declining")), (10, 2, 0));
    assert_eq!(shop.tasks().await, 0, "where somebody stands at first is no step");

    shop.app.db.clock.advance(230 * DAY);
    shop.count().await;
    shop.count().await;
    let board = shop.admin.get("/lifecycle").await.ok();
    assert_eq!((of(&board, "new"), of(&board, "declining")), (0, 10));
    assert_eq!(board["moved"], json!([{"before": "new", "stage": "declining", "customers": 10}]));
    let steps = shop.agent.get("/lifecycle-steps?stage=declining").await.ok();
    assert_eq!(rows(&steps).len(), 10);
    let evidence = &rows(&steps)[0]["reason"]["evidence"][0];
    assert_eq!((&evidence["field"], &evidence["value"], &evidence["actual"]), (&json!("days_since_order"), &json!(240), &json!(250)));
    assert_eq!(shop.tasks().await, 10, "once, however often it is counted");
    let gone = rows(&steps)[0]["customer_id"].as_str().unwrap();
    let tags = async || shop.agent.get(&format!("/customers/{gone}/profile")).await.ok()["tags"].clone();
    assert_eq!((&tags().await[0]["tag_id"], &tags().await[0]["by_id"]), (&tag["id"], &Value::Null));
    let taken = format!("/customers/{gone}/tags/{}", tag["id"].as_str().unwrap());
    shop.agent.delete(&taken).await.ok();
    shop.count().await;
    assert_eq!(tags().await, json!([]), "it follows the step, not the stage");

    // Other rules: told before they are set how many would stand elsewhere; who does, does so without a playbook.
    rules["stages"] = json!([{"stage": "lost", "conditions": [{"field": "days_since_order", "compare": "at_least", "value": 200}]}, {"stage": "lead", "conditions": []}]);
    rules["playbooks"] = json!([{"stage": "lost", "task": "挽回电话", "due_days": 5}]);
    let preview = shop.admin.post("/lifecycle-rules/preview", rules.clone()).await.ok();
    assert_eq!(preview["other"], 10);
    shop.admin.put("/lifecycle-rules", json!({"version": 1, "rules": rules})).await.ok();
    shop.count().await;
    let lost = shop.agent.get("/lifecycle-steps?stage=lost").await.ok();
    assert_eq!((rows(&lost).len(), &rows(&lost)[0]["reason"]["rules_changed"]), (10, &json!(true)));
    assert_eq!(shop.tasks().await, 10);
    rules["stages"] = json!([]);
    shop.admin.post("/lifecycle-rules/preview", rules).await.refused_field("stages", "out_of_range");
}

async fn h38_an_offer_is_measured_against_those_who_were_left_alone(db: TestDb) {
    let shop = Shop::open(db).await;
    shop.customers(40).await;
    shop.tell((0..40).map(|who| shop.order(format!("{who}"), who, 100, 5_000, "A")).collect()).await;
    shop.count().await;
    let wish = json!([{"field": "days_since_order", "compare": "at_least", "value": 90}]);
    let preview = shop.admin.post("/win-backs/preview", json!({"conditions": wish})).await.ok();
    assert_eq!((&preview["fit"], &preview["members"]), (&json!(40), &json!(40)));
    let new = json!({"name": "夏季", "offer": "送券", "conditions": wish, "control_percent": 25, "due_days": 7, "weeks": 4});
    shop.agent.post("/win-backs", new.clone()).await.refused(403, "forbidden");
    let begun = shop.admin.post("/win-backs", new.clone()).await.ok();
    assert_eq!((&begun["offered"], &begun["control"]), (&json!(30), &json!(10)));
    assert_eq!(shop.tasks().await, 30, "who is kept out is nobody's task");
    shop.admin.post("/win-backs", new).await.refused(409, "worth.nobody");

    let path = format!("/win-backs/{}", begun["id"].as_str().unwrap());
    let nothing = shop.admin.get(&path).await.ok();
    assert_eq!(nothing["figures"]["uplift"], json!(0.0));
    let members = shop.admin.get(&format!("{path}/members")).await.ok();
    let ids = |arm: &str| -> Vec<String> {
        let of = members.as_array().unwrap().iter().filter(|row| row["arm"] == arm);
        of.map(|row| row["customer_id"].as_str().unwrap().to_owned()).collect()
    };
    let (offered, control) = (ids("offer"), ids("control"));
    let answer = json!({"outcome": "accepted", "note": "周末来"});
    shop.agent.put(&format!("{path}/members/{}", offered[0]), answer.clone()).await.ok();
    assert_eq!(shop.tasks().await, 29);
    shop.agent.put(&format!("{path}/members/{}", control[0]), answer.clone()).await.refused(404, "not_found");
    let other = shop.app.person("agent").await;
    other.put(&format!("{path}/members/{}", offered[1]), answer).await.refused(404, "not_found");
    other.get(&path).await.refused(403, "forbidden");

    // Twelve of thirty come back with it, one of ten without: counted from orders, whatever they said.
    shop.app.db.clock.advance(5 * DAY);
    let back = offered[..12].iter().chain(&control[..1]).enumerate();
    let orders = back.map(|(at, id)| {
        let mut order = shop.order(format!("back-{at}"), 0, 1, 8_000, "A");
        order["customer"] = json!({"id": id});
        order
    });
    shop.tell(orders.collect()).await;
    let after = shop.admin.get(&path).await.ok();
    let figures = &after["figures"];
    assert_eq!((&figures["offer"]["back"]["numerator"], &figures["offer"]["back"]["n"], &figures["offer"]["spent"]), (&json!(12), &json!(30), &json!(96_000)));
    assert_eq!((&figures["control"]["back"]["numerator"], &figures["accepted"]), (&json!(1), &json!(1)));
    assert!((figures["uplift"].as_f64().unwrap() - 0.3).abs() < 1e-9);
    let (low, high) = (figures["uplift_interval"]["low"].as_f64().unwrap(), figures["uplift_interval"]["high"].as_f64().unwrap());
    assert!((-0.05..0.05).contains(&low) && (0.4..0.55).contains(&high), "{low} {high}");
    let trail = shop.admin.get(&format!("/audit-entries?subject={}", begun["id"].as_str().unwrap())).await.ok();
    assert_eq!(rows(&trail).len(), 2);
}

async fn h54_what_is_next_shows_ones_own_orders_and_counts_of_all(db: TestDb) {
    let shop = Shop::open(db).await;
    shop.customers(20).await;
    let mut orders = Vec::new();
    for who in 0..20 {
        orders.push(shop.order(format!("a{who}"), who, 400, 5_000, if who < 12 { "A" } else { "Z" }));
        if who < 10 {
            orders.push(shop.order(format!("b{who}"), who, 300, 3_000, "B"));
            orders.push(shop.order(format!("c{who}"), who, 210, 3_000, "B"));
        }
    }
    shop.tell(orders).await;
    shop.count().await;
    let next = |explained: &Value| explained["next"].as_array().unwrap().clone();
    let without = shop.admin.get(&format!("/worths/{}", shop.id_of(11).await)).await.ok();
    let one = &next(&without)[0];
    assert_eq!((&one["service"], &one["reason"], &one["both"], &one["have"]), (&json!("B"), &json!("goes_with"), &json!(10), &json!(12)));
    assert_eq!((&one["confidence"], &one["lift"]), (&json!(10.0 / 12.0), &json!(10.0 / 12.0 * 20.0 / 10.0)));
    let own: Vec<_> = rows(&shop.admin.get(&format!("/orders?customer={}", shop.id_of(11).await)).await.ok()).iter().map(|order| order["id"].clone()).collect();
    assert_eq!(one["orders"].as_array().unwrap(), &own, "the evidence is theirs");
    let due = shop.admin.get(&format!("/worths/{}", shop.id_of(0).await)).await.ok();
    let one = &next(&due)[0];
    assert_eq!((&one["service"], &one["reason"], &one["due_days"], &one["days_since"]), (&json!("B"), &json!("due_again"), &json!(90), &json!(210)));
    let services = shop.admin.get("/services").await.ok();
    assert_eq!(services["services"][0]["buyers"], 12);
    assert_eq!(services["by_count"], json!([{"services": 1, "customers": 10}, {"services": 2, "customers": 10}]), "H39");
}

}
